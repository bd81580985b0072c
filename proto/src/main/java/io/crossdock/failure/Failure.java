package io.crossdock.failure;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import com.google.rpc.RetryInfo;
import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.ReasonProto;
import io.crossdock.common.v1.UnknownOutcome;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed, in the contract's words.
 *
 * <p>The status code follows from the reason ({@code crossdock.common.v1.code} on the enum value).
 * The message is for people and never quotes a vendor or personal data.
 *
 * @param reason why, one of the contract's reasons
 * @param message one sentence for people
 * @param metadata facts for programs, as {@code ErrorInfo.metadata}
 * @param violations the fields that are wrong, as {@code BadRequest}
 * @param preconditions what stands in the way, as {@code PreconditionFailure}
 * @param retryAfter when to come back, as {@code RetryInfo}; null when unknown; at most {@link
 *     #LONGEST_WAIT}
 * @param unknownOutcome says that the write may have taken effect all the same; null when it has
 *     not
 */
public record Failure(
    Reason reason,
    String message,
    Map<String, String> metadata,
    List<Violation> violations,
    List<Precondition> preconditions,
    @Nullable Duration retryAfter,
    @Nullable UnknownOutcome unknownOutcome) {

  /** Value of {@code ErrorInfo.domain} of every failure that Crossdock speaks of. */
  public static final String DOMAIN = "crossdock";

  /** The longest time to wait that is told; a longer one means this much. */
  public static final Duration LONGEST_WAIT = Duration.ofDays(1);

  /** Most violations, and most preconditions, that travel with a failure. */
  public static final int MOST_DETAILS = 20;

  private static final String PREFIX = "REASON_";
  private static final Map<Reason, Status.Code> CODES = codes();

  /**
   * A field of the request that is wrong.
   *
   * @param field path of the field. Example: {@code context.request_id}
   * @param rule id of the rule it breaks. Example: {@code string.uuid}
   * @param description what was expected
   */
  public record Violation(String field, String rule, String description) {}

  /**
   * Something that stands in the way of the request.
   *
   * @param type kind of obstacle. Example: {@code POINTS}
   * @param subject what it is about. Example: {@code member/M-1001}
   * @param description what would have to change
   */
  public record Precondition(String type, String subject, String description) {}

  public Failure {
    metadata = Map.copyOf(metadata);
    violations = List.copyOf(violations);
    preconditions = List.copyOf(preconditions);
    if (retryAfter != null) {
      retryAfter =
          retryAfter.isNegative()
              ? Duration.ZERO
              : retryAfter.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : retryAfter;
    }
  }

  /** A failure with nothing but its reason and a sentence. */
  public static Failure of(Reason reason, String message) {
    return new Failure(reason, message, Map.of(), List.of(), List.of(), null, null);
  }

  /** The same failure with one more fact for programs. */
  public Failure with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(metadata);
    more.put(key, value);
    return new Failure(
        reason, message, more, violations, preconditions, retryAfter, unknownOutcome);
  }

  /** The same failure with the fields that are wrong. */
  public Failure withViolations(List<Violation> wrong) {
    return new Failure(reason, message, metadata, wrong, preconditions, retryAfter, unknownOutcome);
  }

  /** The same failure told of a message that holds the one that was checked, under this path. */
  public Failure under(String path) {
    return withViolations(
        violations.stream()
            .map(each -> new Violation(path + "." + each.field(), each.rule(), each.description()))
            .toList());
  }

  /** The same failure with what stands in the way. */
  public Failure withPreconditions(List<Precondition> obstacles) {
    return new Failure(
        reason, message, metadata, violations, obstacles, retryAfter, unknownOutcome);
  }

  /** The same failure with the time after which the caller may come back. */
  public Failure withRetryAfter(Duration wait) {
    return new Failure(reason, message, metadata, violations, preconditions, wait, unknownOutcome);
  }

  /**
   * The same failure of a write that may have taken effect; who handles the call fills in which.
   */
  public Failure withUnknownOutcome() {
    return withUnknownOutcome(
        unknownOutcome == null ? UnknownOutcome.getDefaultInstance() : unknownOutcome);
  }

  /** The same failure of a write that may have taken effect. */
  public Failure withUnknownOutcome(UnknownOutcome outcome) {
    return new Failure(reason, message, metadata, violations, preconditions, retryAfter, outcome);
  }

  /** The status code that goes with the reason. */
  public Status.Code code() {
    return code(reason);
  }

  /** The status code that goes with a reason. */
  public static Status.Code code(Reason reason) {
    return CODES.getOrDefault(reason, Status.Code.UNKNOWN);
  }

  /** The reason's name as it stands in {@code ErrorInfo.reason}. */
  public String reasonName() {
    return reason.name().substring(PREFIX.length());
  }

  /**
   * The failure as it travels: at most {@link #MOST_DETAILS} violations and preconditions, texts
   * cut to 256 characters, small enough for the 8 KB of headers that every client takes. What was
   * left out is counted in the metadata, as {@code more_violations} and {@code more_preconditions}.
   */
  public com.google.rpc.Status toProto() {
    return DetailLimits.fit(this).toStatusProto();
  }

  com.google.rpc.Status toStatusProto() {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder().setCode(code().value()).setMessage(message);
    status.addDetails(
        Any.pack(
            ErrorInfo.newBuilder()
                .setReason(reasonName())
                .setDomain(DOMAIN)
                .putAllMetadata(metadata)
                .build()));
    if (!violations.isEmpty()) {
      BadRequest.Builder bad = BadRequest.newBuilder();
      for (Violation v : violations) {
        bad.addFieldViolationsBuilder()
            .setField(v.field())
            .setReason(v.rule())
            .setDescription(v.description());
      }
      status.addDetails(Any.pack(bad.build()));
    }
    if (!preconditions.isEmpty()) {
      PreconditionFailure.Builder failure = PreconditionFailure.newBuilder();
      for (Precondition p : preconditions) {
        failure
            .addViolationsBuilder()
            .setType(p.type())
            .setSubject(p.subject())
            .setDescription(p.description());
      }
      status.addDetails(Any.pack(failure.build()));
    }
    if (retryAfter != null) {
      status.addDetails(
          Any.pack(
              RetryInfo.newBuilder()
                  .setRetryDelay(Durations.fromNanos(retryAfter.toNanos()))
                  .build()));
    }
    if (unknownOutcome != null) {
      status.addDetails(Any.pack(unknownOutcome));
    }
    return status.build();
  }

  /** The gRPC status without details; {@link #toTrailers} has them. */
  public Status toStatus() {
    return Status.fromCode(code()).withDescription(DetailLimits.shorten(message));
  }

  /** The trailers that carry the details. */
  public Metadata toTrailers() {
    Metadata trailers = StatusProto.toStatusRuntimeException(toProto()).getTrailers();
    return trailers == null ? new Metadata() : trailers;
  }

  /** The failure as the exception that gRPC stubs throw. */
  public StatusRuntimeException toException() {
    return StatusProto.toStatusRuntimeException(toProto());
  }

  /**
   * Reads a failure back from what a gRPC stub threw.
   *
   * @return empty when the error carries no {@code ErrorInfo} of this domain or a reason that this
   *     build does not know
   */
  public static Optional<Failure> from(Throwable error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    return status == null ? Optional.empty() : from(status);
  }

  /** Reads a failure back from its travelling form; empty as for {@link #from(Throwable)}. */
  public static Optional<Failure> from(com.google.rpc.Status status) {
    Failure failure = null;
    List<Violation> violations = List.of();
    List<Precondition> preconditions = List.of();
    Duration retryAfter = null;
    UnknownOutcome unknownOutcome = null;
    try {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          ErrorInfo info = detail.unpack(ErrorInfo.class);
          Reason reason = reason(info.getReason());
          if (info.getDomain().equals(DOMAIN) && reason != null) {
            failure =
                new Failure(
                    reason,
                    status.getMessage(),
                    info.getMetadataMap(),
                    List.of(),
                    List.of(),
                    null,
                    null);
          }
        } else if (detail.is(BadRequest.class)) {
          violations =
              detail.unpack(BadRequest.class).getFieldViolationsList().stream()
                  .map(v -> new Violation(v.getField(), v.getReason(), v.getDescription()))
                  .toList();
        } else if (detail.is(PreconditionFailure.class)) {
          preconditions =
              detail.unpack(PreconditionFailure.class).getViolationsList().stream()
                  .map(p -> new Precondition(p.getType(), p.getSubject(), p.getDescription()))
                  .toList();
        } else if (detail.is(RetryInfo.class)) {
          com.google.protobuf.Duration delay = detail.unpack(RetryInfo.class).getRetryDelay();
          retryAfter = Durations.isValid(delay) ? io.crossdock.time.Durations.toJava(delay) : null;
        } else if (detail.is(UnknownOutcome.class)) {
          unknownOutcome = detail.unpack(UnknownOutcome.class);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
    if (failure == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Failure(
            failure.reason,
            failure.message,
            failure.metadata,
            violations,
            preconditions,
            retryAfter,
            unknownOutcome));
  }

  private static @Nullable Reason reason(String name) {
    try {
      return Reason.valueOf(PREFIX + name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Map<Reason, Status.Code> codes() {
    Map<Reason, Status.Code> codes = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      if (reason != Reason.UNRECOGNIZED) {
        int code =
            reason.getValueDescriptor().getOptions().getExtension(ReasonProto.code).getNumber();
        codes.put(reason, Status.fromCodeValue(code).getCode());
      }
    }
    return codes;
  }
}
