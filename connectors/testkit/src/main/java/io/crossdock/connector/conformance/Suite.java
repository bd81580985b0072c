package io.crossdock.connector.conformance;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.rpc.ErrorInfo;
import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.ReasonProto;
import io.crossdock.failure.Failure;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.PolicyProto;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.ProtoUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Everything that the hub relies on, tried at one connector.
 *
 * <p>Reads are tried always, writes ({@code IDEMPOTENCY_KEYED}) only when they are allowed: they
 * change what the backend holds. A method that answers NOT_SUPPORTED is taken for one that the
 * backend cannot do.
 */
public final class Suite {

  private static final String SERVER = "server";
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int CALLS_AT_ONCE = 16;
  private static final int CANCELLED_CALLS = 8;
  // Beyond what any contract allows; a connector may refuse, but has to stay reachable.
  private static final int TOO_LARGE = 5 << 20;
  // An unused number, of a newer contract for all that anybody knows.
  private static final int UNKNOWN_FIELD = 536_870_000;
  // What a client's default lets through, with room for the other trailers.
  private static final int MAX_DETAILS = 7 << 10;
  private static final Metadata.Key<com.google.rpc.Status> DETAILS =
      Metadata.Key.of(
          "grpc-status-details-bin",
          ProtoUtils.metadataMarshaller(com.google.rpc.Status.getDefaultInstance()));

  private final Channel channel;
  private final Samples samples;
  private final Options options;
  private final List<Check> checks = new ArrayList<>();

  /**
   * What the suite may do.
   *
   * @param writes whether methods that change something are tried
   * @param requestIds whether the connector says that it knows repeated writes; it need not when
   *     its manifest says {@code idempotency NONE}
   * @param samples requests that the backend can answer, by full method name ({@code
   *     pkg.Service/Method})
   */
  public record Options(boolean writes, boolean requestIds, Map<String, Message> samples) {

    public Options {
      samples = Map.copyOf(samples);
    }
  }

  private Suite(Channel channel, Options options) {
    this.channel = channel;
    this.options = options;
    this.samples = new Samples(options.samples());
  }

  /**
   * Tries services.
   *
   * @param target the address, for the report
   * @param services with their options, as reflection or a descriptor set has them
   */
  public static Report run(
      String target, Channel channel, List<ServiceDescriptor> services, Options options) {
    Suite suite = new Suite(channel, options);
    suite.server(services);
    for (ServiceDescriptor service : services) {
      for (MethodDescriptor method : service.getMethods()) {
        suite.method(method);
      }
    }
    return new Report(target, suite.checks);
  }

  // What holds for the server as a whole.

  private void server(List<ServiceDescriptor> services) {
    check(SERVER, "health", () -> health(""));
    for (ServiceDescriptor service : services) {
      check(SERVER, "health " + service.getName(), () -> health(service.getFullName()));
    }
    check(
        SERVER,
        "health of a service that is not there",
        () -> {
          Outcome outcome =
              outcome(() ->
                  HealthGrpc.newBlockingStub(channel)
                      .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                      .check(
                          HealthCheckRequest.newBuilder().setService("no.such.Service").build()));
          return outcome.code() == Status.Code.NOT_FOUND ? "" : got(outcome, "NOT_FOUND");
        });
    check(
        SERVER,
        "a service that is not there",
        () -> {
          Outcome outcome = call(RawCall.unary("no.such.Service/Method"), ByteString.EMPTY);
          return outcome.code() == Status.Code.UNIMPLEMENTED ? "" : got(outcome, "UNIMPLEMENTED");
        });
  }

  private String health(String service) {
    Outcome outcome =
        outcome(() ->
            HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build()));
    return outcome.code() != Status.Code.OK
        ? got(outcome, "SERVING")
        : outcome.answer() instanceof io.grpc.health.v1.HealthCheckResponse response
                && response.getStatus() == ServingStatus.SERVING
            ? ""
            : "not SERVING";
  }

  // What holds for each method.

  private void method(MethodDescriptor method) {
    String name = method.getService().getFullName() + "/" + method.getName();
    if (method.isClientStreaming()) {
      checks.add(Check.skip(name, "everything", "a client stream cannot be tried"));
      return;
    }
    boolean keyed = isKeyed(method);
    RawCall raw = RawCall.of(name, method.isServerStreaming());
    check(name, "bytes that are no message", () -> garbage(raw));
    check(name, "a request that breaks a rule", () -> brokenRule(method, raw));
    check(name, "a request that is too large", () -> tooLarge(raw));
    if (keyed && !options.writes()) {
      checks.add(Check.skip(name, "a write", "needs --writes"));
      return;
    }
    Optional<DynamicMessage> request = samples.request(name, method.getInputType());
    if (request.isEmpty()) {
      checks.add(Check.skip(name, "a request", "none keeps the contract's rules; give a sample"));
      return;
    }
    Outcome first = call(raw, request.get().toByteString());
    if (first.reason().filter("NOT_SUPPORTED"::equals).isPresent()) {
      checks.add(Check.skip(name, "a request", "the backend does not support it"));
      return;
    }
    check(name, "a request", () -> answered(name, first));
    check(name, "shape of the answer", () -> shape(method, first));
    if (keyed) {
      if (options.requestIds()) {
        check(name, "the same request id again", () -> repeated(method, raw, request.get(), first));
        check(name, "the same request id, another body", () -> reused(raw, request.get(), first));
      } else {
        checks.add(Check.skip(name, "request ids", "idempotency NONE"));
      }
    }
    Supplier<ByteString> next =
        () -> samples.request(name, method.getInputType()).orElseThrow().toByteString();
    check(name, "an unknown field", () -> unknownField(raw, next.get(), first));
    check(name, "a deadline of a millisecond", () -> deadline(raw, next.get()));
    check(name, "trace context, good and bad", () -> traceContext(raw, next.get(), first));
    check(name, "calls that are cancelled", () -> cancelled(raw, next, first));
    check(name, "calls at the same time", () -> atOnce(raw, next));
  }

  private String garbage(RawCall raw) {
    // A length-delimited field that is longer than the message.
    Outcome outcome = call(raw, ByteString.copyFrom(new byte[] {0x0a, 0x7f, 0x01}));
    return expectInvalid(outcome);
  }

  private String brokenRule(MethodDescriptor method, RawCall raw) {
    DynamicMessage empty = DynamicMessage.getDefaultInstance(method.getInputType());
    if (!samples.breaksARule(empty)) {
      return skip("an empty request breaks no rule");
    }
    return expectInvalid(call(raw, empty.toByteString()));
  }

  private static String expectInvalid(Outcome outcome) {
    if (outcome.code() != Status.Code.INVALID_ARGUMENT) {
      return got(outcome, "INVALID_ARGUMENT");
    }
    return outcome.problem();
  }

  private String tooLarge(RawCall raw) {
    Outcome outcome = call(raw, ByteString.copyFrom(new byte[TOO_LARGE]));
    String after = health("");
    if (!after.isEmpty()) {
      return "no longer healthy after it: " + after;
    }
    return switch (outcome.code()) {
      case RESOURCE_EXHAUSTED, INVALID_ARGUMENT -> "";
      // The connection may be gone before the refusal is read.
      case CANCELLED, UNAVAILABLE -> "";
      default -> got(outcome, "RESOURCE_EXHAUSTED");
    };
  }

  private String answered(String name, Outcome outcome) {
    if (outcome.code() == Status.Code.OK) {
      return "";
    }
    String problem = outcome.problem();
    if (!problem.isEmpty()) {
      return problem;
    }
    return switch (outcome.code()) {
      case NOT_FOUND, FAILED_PRECONDITION, INVALID_ARGUMENT, ALREADY_EXISTS, ABORTED ->
          samples.isGiven(name) ? got(outcome, "OK, for the sample") : "";
      default -> got(outcome, "an answer of the business");
    };
  }

  private static String shape(MethodDescriptor method, Outcome outcome) {
    if (outcome.code() != Status.Code.OK) {
      return outcome.problem();
    }
    if (outcome.bytes().isEmpty() && method.isServerStreaming()) {
      return "";
    }
    DynamicMessage answer;
    try {
      answer = DynamicMessage.parseFrom(method.getOutputType(), outcome.bytes());
    } catch (InvalidProtocolBufferException e) {
      return "the bytes are no " + method.getOutputType().getFullName();
    }
    FieldDescriptor freshness = method.getOutputType().findFieldByNumber(15);
    if (freshness != null && isOf(freshness, "crossdock.common.v1.Freshness")) {
      Message told = (Message) answer.getField(freshness);
      FieldDescriptor source = freshness.getMessageType().findFieldByName("source_system");
      if (!answer.hasField(freshness) || source == null || told.getField(source).equals("")) {
        return "freshness (15) does not name the source_system";
      }
    }
    FieldDescriptor hub = method.getOutputType().findFieldByNumber(16);
    if (hub != null && isOf(hub, "crossdock.common.v1.HubFreshness") && answer.hasField(hub)) {
      return "hub_freshness (16) is set; it belongs to the hub";
    }
    return "";
  }

  private static boolean isOf(FieldDescriptor field, String type) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().getFullName().equals(type);
  }

  private String repeated(
      MethodDescriptor method, RawCall raw, DynamicMessage request, Outcome first) {
    if (!first.isFinal()) {
      return skip("the first one was not final: " + first.code());
    }
    Outcome second = call(raw, request.toByteString());
    return second.code() == first.code() && isSame(method, first.bytes(), second.bytes())
        ? ""
        : "the second answer is another one: " + second.code();
  }

  // As messages: the order of a map's entries may differ.
  private static boolean isSame(MethodDescriptor method, ByteString one, ByteString other) {
    try {
      return DynamicMessage.parseFrom(method.getOutputType(), one)
          .equals(DynamicMessage.parseFrom(method.getOutputType(), other));
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private String reused(RawCall raw, DynamicMessage request, Outcome first) {
    if (!first.isFinal()) {
      return skip("the first one was not final: " + first.code());
    }
    DynamicMessage other = Samples.withContext(request, "correlation_id", "another");
    if (other.equals(request)) {
      return skip("the request has no context");
    }
    Outcome outcome = call(raw, other.toByteString());
    return outcome.reason().filter("REQUEST_ID_REUSED"::equals).isPresent()
        ? outcome.problem()
        : got(outcome, "REQUEST_ID_REUSED");
  }

  private String unknownField(RawCall raw, ByteString request, Outcome first) {
    ByteString more =
        UnknownFieldSet.newBuilder()
            .addField(
                UNKNOWN_FIELD,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("new"))
                    .build())
            .build()
            .toByteString();
    Outcome outcome = call(raw, request.concat(more));
    return outcome.code() == first.code()
            || outcome.code() == Status.Code.INVALID_ARGUMENT
            || outcome.isFinal()
        ? ""
        : got(outcome, first.code() + " as without it, or INVALID_ARGUMENT");
  }

  // Sent as a header only, so that it is the connector that has to keep it.
  private String deadline(RawCall raw, ByteString request) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "1m");
    long begun = System.nanoTime();
    Outcome outcome = call(raw.with(headers), request);
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    if (took.compareTo(Duration.ofSeconds(5)) > 0) {
      return "ended after " + took.toMillis() + " ms";
    }
    return switch (outcome.code()) {
      case OK, DEADLINE_EXCEEDED, CANCELLED, NOT_FOUND, FAILED_PRECONDITION -> "";
      default -> got(outcome, "DEADLINE_EXCEEDED");
    };
  }

  private String traceContext(RawCall raw, ByteString request, Outcome first) {
    for (String header :
        List.of(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-0000000000000000-01",
            "not a trace context")) {
      Metadata headers = new Metadata();
      headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), header);
      Outcome outcome = settled(raw.with(headers), request);
      if (outcome.code() != first.code() && !outcome.isFinal()) {
        return got(outcome, first.code() + " as without it") + " with traceparent " + header;
      }
    }
    return "";
  }

  /**
   * Calls once more when the connector is unavailable, as callers do: a call that was abandoned
   * just before may have left it a connection to the backend that is about to close.
   */
  private Outcome settled(RawCall raw, ByteString request) {
    Outcome outcome = call(raw, request);
    return outcome.code() == Status.Code.UNAVAILABLE ? call(raw, request) : outcome;
  }

  private String cancelled(RawCall raw, Supplier<ByteString> next, Outcome first) {
    for (int i = 0; i < CANCELLED_CALLS; i++) {
      raw.cancel(channel, next.get());
    }
    Outcome outcome = settled(raw, next.get());
    return outcome.code() == first.code() || outcome.isFinal()
        ? ""
        : got(outcome, first.code() + " as before");
  }

  private String atOnce(RawCall raw, Supplier<ByteString> next) {
    List<RawCall.Pending> calls = new ArrayList<>();
    for (int i = 0; i < CALLS_AT_ONCE; i++) {
      calls.add(raw.start(channel, next.get(), PATIENCE));
    }
    for (RawCall.Pending each : calls) {
      Outcome outcome = each.outcome();
      switch (outcome.code()) {
        case UNKNOWN, INTERNAL, DEADLINE_EXCEEDED, DATA_LOSS -> {
          return got(outcome, "an answer, or a refusal");
        }
        default -> {
          if (!outcome.problem().isEmpty()) {
            return outcome.problem();
          }
        }
      }
    }
    return "";
  }

  private Outcome call(RawCall raw, ByteString request) {
    return raw.start(channel, request, PATIENCE).outcome();
  }

  private static boolean isKeyed(MethodDescriptor method) {
    return method.getOptions().getExtension(PolicyProto.method).getIdempotency()
        == Idempotency.IDEMPOTENCY_KEYED;
  }

  // How a check tells what it found: nothing, what is wrong, or why it cannot be tried.

  private static final String SKIP = "skip: ";

  private static String skip(String why) {
    return SKIP + why;
  }

  private void check(String method, String name, Supplier<String> body) {
    String found;
    try {
      found = body.get();
    } catch (RuntimeException e) {
      found = e.toString();
    }
    checks.add(
        found.isEmpty()
            ? Check.pass(method, name)
            : found.startsWith(SKIP)
                ? Check.skip(method, name, found.substring(SKIP.length()))
                : Check.fail(method, name, found));
  }

  private static String got(Outcome outcome, String expected) {
    return outcome.code() + " " + outcome.description() + " (expected: " + expected + ")";
  }

  private static Outcome outcome(Supplier<Message> call) {
    try {
      return Outcome.of(call.get());
    } catch (StatusRuntimeException e) {
      return Outcome.of(e.getStatus(), e.getTrailers() == null ? new Metadata() : e.getTrailers());
    }
  }

  /** How a call ended. */
  record Outcome(
      Status.Code code,
      String description,
      ByteString bytes,
      Optional<Message> message,
      Optional<com.google.rpc.Status> details) {

    static Outcome of(Message answer) {
      return new Outcome(
          Status.Code.OK, "", answer.toByteString(), Optional.of(answer), Optional.empty());
    }

    static Outcome of(ByteString answer) {
      return new Outcome(Status.Code.OK, "", answer, Optional.empty(), Optional.empty());
    }

    static Outcome of(Status status, Metadata trailers) {
      return new Outcome(
          status.getCode(),
          status.getDescription() == null ? "" : status.getDescription(),
          ByteString.EMPTY,
          Optional.empty(),
          Optional.ofNullable(trailers.get(DETAILS)));
    }

    Object answer() {
      return message.isPresent() ? message.get() : "";
    }

    /** Whether the same request would get the same answer again. */
    boolean isFinal() {
      return switch (code) {
        case OK, NOT_FOUND, FAILED_PRECONDITION, ALREADY_EXISTS -> true;
        default -> false;
      };
    }

    Optional<String> reason() {
      return details.stream()
          .flatMap(each -> each.getDetailsList().stream())
          .filter(each -> each.is(ErrorInfo.class))
          .map(Outcome::errorInfo)
          .filter(each -> each.getDomain().equals(Failure.DOMAIN))
          .map(ErrorInfo::getReason)
          .findFirst();
    }

    private static ErrorInfo errorInfo(Any detail) {
      try {
        return detail.unpack(ErrorInfo.class);
      } catch (InvalidProtocolBufferException e) {
        return ErrorInfo.getDefaultInstance();
      }
    }

    /** What is wrong with the shape of a failure; empty when nothing is, or it is none. */
    String problem() {
      if (code == Status.Code.OK || code == Status.Code.UNIMPLEMENTED) {
        return "";
      }
      if (details.isEmpty()) {
        return code + " without ErrorInfo (grpc-status-details-bin)";
      }
      if (details.get().getSerializedSize() > MAX_DETAILS) {
        return code + " with details of " + details.get().getSerializedSize() + " bytes";
      }
      List<Any> infos =
          details.get().getDetailsList().stream().filter(each -> each.is(ErrorInfo.class)).toList();
      if (infos.size() != 1) {
        return code + " with " + infos.size() + " ErrorInfo (expected: 1)";
      }
      ErrorInfo info = errorInfo(infos.getFirst());
      Reason reason = Reason.REASON_UNSPECIFIED;
      try {
        reason = Reason.valueOf("REASON_" + info.getReason());
      } catch (IllegalArgumentException e) {
        // Told below.
      }
      if (!info.getDomain().equals(Failure.DOMAIN) || reason == Reason.REASON_UNSPECIFIED) {
        return code
            + " with reason "
            + info.getReason()
            + " of "
            + info.getDomain()
            + " (expected: a reason of crossdock.common.v1.Reason, domain crossdock)";
      }
      int expected =
          reason.getValueDescriptor().getOptions().getExtension(ReasonProto.code).getNumber();
      return expected == code.value() ? "" : code + " with reason " + info.getReason();
    }
  }
}
