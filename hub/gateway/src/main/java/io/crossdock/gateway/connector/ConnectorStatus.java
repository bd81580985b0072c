package io.crossdock.gateway.connector;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.DebugInfo;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.policy.v1.ServicePolicy;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a connector's failure becomes for the caller.
 *
 * <p>A contract with a service policy promises a reason: details with an {@code ErrorInfo} of
 * Crossdock pass, a plain status gets the reason of its code. A service without a policy promises
 * nothing, and its statuses travel as they are. Details that nobody could read, stack traces and
 * whatever exceeds the bounds never pass.
 */
final class ConnectorStatus {

  static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  private static final Logger log = LoggerFactory.getLogger(ConnectorStatus.class);
  private static final int MAX_TEXT = 256;
  // With the status's own message in base64 and percent encoding well below 8 KB.
  private static final int MAX_DETAILS_BYTES = 3_584;
  // One line for each method and connector, so never more than there are methods.
  private static final Set<String> REPORTED = ConcurrentHashMap.newKeySet();

  private ConnectorStatus() {}

  /** The outcome of a status that a connector or a service inside the hub ended a call with. */
  static Outcome.Failed received(Call call, Status status, Metadata trailers) {
    com.google.rpc.Status details = details(status, trailers);
    Operation operation = call.operation();
    if (operation.servicePolicy().equals(ServicePolicy.getDefaultInstance())) {
      return travelling(status, details);
    }
    if (details != null && Failure.from(details).isPresent()) {
      call.sourceSpoke();
      return travelling(status, details);
    }
    if (saysThatNothingHappened(status.getCode())) {
      call.sourceSpoke();
    }
    report(call, trailers.containsKey(DETAILS));
    return Outcome.failed(
        Failure.of(reason(status.getCode()), text(status))
            .with("connector", call.servedBy())
            .with("call_id", call.id()));
  }

  /** The outcome of a status that gRPC made because no status arrived. */
  static Outcome.Failed notReceived(Call call, Status status) {
    Failure failure =
        switch (status.getCode()) {
          case DEADLINE_EXCEEDED ->
              Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "Deadline exceeded.");
          case CANCELLED ->
              Failure.of(Reason.REASON_CANCELLED, "The call was cancelled on its way.");
          case RESOURCE_EXHAUSTED ->
              Failure.of(Reason.REASON_MESSAGE_TOO_LARGE, "A message was larger than accepted.");
          case UNAVAILABLE ->
              Failure.of(Reason.REASON_CONNECTOR_UNAVAILABLE, "The connector cannot be reached.");
          default ->
              Failure.of(
                      Reason.REASON_INTERNAL,
                      "Internal error of the connector; see its log for this call_id.")
                  .with("call_id", call.id());
        };
    return Outcome.failed(failure.with("connector", call.servedBy()));
  }

  private static Outcome.Failed travelling(Status status, com.google.rpc.@Nullable Status details) {
    Metadata trailers = new Metadata();
    if (details != null) {
      trailers.put(DETAILS, details.toByteArray());
    }
    String text = status.getDescription();
    return new Outcome.Failed(
        Status.fromCode(status.getCode()).withDescription(text == null ? null : printable(text)),
        trailers,
        Outcome.faultOf(status.getCode()));
  }

  /** The details, bounded and without what must not pass; null when nobody could read them. */
  private static com.google.rpc.@Nullable Status details(Status status, Metadata trailers) {
    byte[] bytes = trailers.get(DETAILS);
    if (bytes == null) {
      return null;
    }
    try {
      com.google.rpc.Status.Builder read = com.google.rpc.Status.parseFrom(bytes).toBuilder();
      // What travels beside the status must not contradict it.
      read.setCode(status.getCode().value()).setMessage(printable(read.getMessage()));
      for (int i = read.getDetailsCount() - 1; i >= 0; i--) {
        Any detail = read.getDetails(i);
        if (detail.is(DebugInfo.class)) {
          read.removeDetails(i);
        } else {
          // Bytes that are no message at all.
          var _ = Empty.parseFrom(detail.getValue());
        }
      }
      com.google.rpc.Status whole = read.build();
      return whole.getSerializedSize() <= MAX_DETAILS_BYTES ? whole : shortened(whole);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  /**
   * Why the call failed, with the lists cut and counted, and small details of our own contracts.
   */
  private static com.google.rpc.Status shortened(com.google.rpc.Status whole) {
    com.google.rpc.Status.Builder shorter =
        Failure.from(whole)
            .map(failure -> failure.toProto().toBuilder())
            .orElseGet(() -> whole.toBuilder().clearDetails());
    for (Any detail : whole.getDetailsList()) {
      if (detail.getTypeUrl().startsWith("type.googleapis.com/crossdock.")
          && shorter.build().getSerializedSize() + detail.getSerializedSize()
              <= MAX_DETAILS_BYTES) {
        shorter.addDetails(detail);
      }
    }
    return shorter.setCode(whole.getCode()).build();
  }

  /** Whether a plain status is a refusal; with any other a write may have taken effect. */
  private static boolean saysThatNothingHappened(Status.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          ABORTED,
          FAILED_PRECONDITION,
          OUT_OF_RANGE,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          RESOURCE_EXHAUSTED,
          UNIMPLEMENTED ->
          true;
      case OK, CANCELLED, DEADLINE_EXCEEDED, UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS -> false;
    };
  }

  private static Reason reason(Status.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT -> Reason.REASON_RULE_VIOLATED;
      case NOT_FOUND -> Reason.REASON_NOT_FOUND;
      case ALREADY_EXISTS -> Reason.REASON_ALREADY_EXISTS;
      case ABORTED -> Reason.REASON_ETAG_MISMATCH;
      case FAILED_PRECONDITION -> Reason.REASON_REFUSED_BY_POLICY;
      case OUT_OF_RANGE -> Reason.REASON_POSITION_OUT_OF_RANGE;
      case PERMISSION_DENIED, UNAUTHENTICATED -> Reason.REASON_BACKEND_DENIED;
      case RESOURCE_EXHAUSTED -> Reason.REASON_BACKEND_BUSY;
      case UNAVAILABLE -> Reason.REASON_BACKEND_UNAVAILABLE;
      case UNIMPLEMENTED -> Reason.REASON_METHOD_NOT_SERVED;
      case DEADLINE_EXCEEDED -> Reason.REASON_DEADLINE_EXCEEDED;
      case CANCELLED -> Reason.REASON_CANCELLED;
      case OK, UNKNOWN, INTERNAL, DATA_LOSS -> Reason.REASON_INTERNAL;
    };
  }

  /** What the connector said, or less where it may be the text of an exception. */
  private static String text(Status status) {
    String said = status.getDescription();
    return switch (status.getCode()) {
      case UNKNOWN, INTERNAL, DATA_LOSS ->
          "Internal error of the connector; see its log for this call_id.";
      default ->
          said == null || said.isBlank()
              ? "The connector answered " + status.getCode() + "."
              : printable(said);
    };
  }

  /** A text of bounded length without characters that could forge a line of a log or a table. */
  private static String printable(String text) {
    String bounded = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 1) + "…";
    return bounded.codePoints().noneMatch(Character::isISOControl)
        ? bounded
        : bounded
            .codePoints()
            .map(character -> Character.isISOControl(character) ? ' ' : character)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  private static void report(Call call, boolean hasDetails) {
    if (REPORTED.add(call.servedBy() + " " + call.operation().name())) {
      log.atWarn()
          .addKeyValue("connector", call.servedBy())
          .addKeyValue("operation", call.operation().name())
          .log(
              hasDetails
                  ? "connector sends error details without a known reason; said once"
                  : "connector sends errors without ErrorInfo; said once");
    }
  }
}
