package io.crossdock.connector.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.config.v1.ConnectorConfig;
import io.crossdock.config.v1.Listener;
import io.crossdock.connector.conformance.Report;
import io.crossdock.connector.conformance.Suite;
import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.process.RunningConnector;
import io.crossdock.estate.Estate;
import io.crossdock.failure.Failure;
import io.crossdock.runtime.telemetry.Telemetry;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoServiceDescriptorSupplier;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/**
 * The suite that every connector must pass, for every method of the services it serves.
 *
 * <p>The methods come from the contracts: one without a case is a red test. Each test begins with
 * the estate as at its start.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ConnectorConformance {

  // Time of one call to the backend; short, because every method is tried with a backend that
  // hangs.
  private static final Duration TIMEOUT = Duration.ofMillis(700);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";

  private Estate estate;
  private Telemetry telemetry;
  private RunningConnector connector;
  private ManagedChannel channel;
  private Caller caller;
  private BackendControl backend;

  /** The connector's process. */
  protected abstract ConnectorProcess process();

  /** Name of the backend in the estate, which its paths begin with. Example: {@code loyalty}. */
  protected abstract String backendName();

  /** Token that the backend wants; empty when none. */
  protected String bearerToken() {
    return "";
  }

  /** The services that the connector serves. */
  protected abstract List<ServiceDescriptor> services();

  /** One case for each method of the services. */
  protected abstract List<MethodCase<?, ?>> cases();

  /** Calls the connector. */
  protected final Caller caller() {
    return caller;
  }

  /** Where the connector is reached. */
  protected final ManagedChannel channel() {
    return channel;
  }

  /** Breaks and heals the backend. */
  protected final BackendControl backend() {
    return backend;
  }

  @BeforeAll
  final void start() throws IOException {
    estate = Estate.start();
    telemetry = Telemetry.start("conformance");
    connector =
        process().start(config(estate.url().resolve("/" + backendName()).toString()), telemetry);
    channel = channel(connector);
    caller = new Caller(channel);
    backend = new BackendControl(estate.url(), backendName());
  }

  @AfterAll
  final void stop() {
    channel.shutdownNow();
    connector.close();
    telemetry.close();
    estate.close();
  }

  @BeforeEach
  final void reset() {
    backend.reset();
  }

  private static ManagedChannel channel(RunningConnector connector) {
    return NettyChannelBuilder.forAddress("127.0.0.1", connector.port()).usePlaintext().build();
  }

  private ConnectorConfig config(String url) {
    ConnectorConfig.Builder config =
        ConnectorConfig.newBuilder().setListen(Listener.newBuilder().setPort(0));
    config
        .getBackendBuilder()
        .setBaseUrl(url)
        .setBearerToken(bearerToken())
        .setTimeout(Durations.fromNanos(TIMEOUT.toNanos()));
    return config.build();
  }

  @TestFactory
  final Stream<DynamicContainer> everyMethod() {
    Map<String, MethodCase<?, ?>> cases = new HashMap<>();
    cases().forEach(each -> cases.put(each.method().getFullMethodName(), each));
    return services().stream()
        .map(ServiceDescriptor::getMethods)
        .flatMap(Collection::stream)
        .map(method -> {
          MethodCase<?, ?> known = cases.get(method.getFullMethodName());
          return DynamicContainer.dynamicContainer(
              method.getFullMethodName(), known == null ? forgotten(method) : tests(known));
        });
  }

  private static List<DynamicTest> forgotten(MethodDescriptor<?, ?> method) {
    return List.of(
        DynamicTest.dynamicTest(
            "hasACase",
            () -> assertThat(method.getFullMethodName()).as("a method without a case").isNull()));
  }

  private <Q extends Message, A extends Message> List<DynamicTest> tests(MethodCase<Q, A> of) {
    List<DynamicTest> tests = new ArrayList<>();
    tests.add(test("hasEverythingToBeTriedWith", () -> assertThat(of.missing()).isEmpty()));
    if (!of.missing().isEmpty()) {
      return tests;
    }
    if (of.isDeclaredImpossible()) {
      tests.add(test("saysThatTheBackendCannotDoIt", () -> cannot(of)));
      return tests;
    }
    tests.add(test("answers", () -> answers(of)));
    if (of.canMiss()) {
      tests.add(test("saysThatAThingIsNotThere", () -> findsNothing(of)));
    }
    tests.add(test("refusesWhatBreaksARule", () -> refuses(of)));
    tests.add(test("endsWhenTheBackendHangs", () -> hangs(of)));
    tests.add(test("keepsTheCallersDeadline", () -> keepsDeadline(of)));
    tests.add(test("saysThatTheBackendIsDown", () -> down(of)));
    tests.add(test("saysThatTheBackendFails", () -> fails(of)));
    tests.add(test("saysWhenToComeBack", () -> busy(of)));
    tests.add(test("carriesTheTraceOn", () -> traces(of)));
    if (of.isKeyed()) {
      tests.add(test("answersARepeatedRequestWithTheFirstAnswer", () -> repeats(of)));
      tests.add(test("joinsARequestThatIsStillRunning", () -> joins(of)));
      tests.add(test("refusesARequestIdWithAnotherBody", () -> reused(of)));
      tests.add(test("saysThatAWritesOutcomeIsUnknownAndDoesItOnce", () -> unknown(of)));
      tests.add(test("livesWithABackendThatGetsEveryWriteTwice", () -> twice(of)));
      tests.add(test("doesAWriteOnceThoughItRestarts", () -> restarts(of)));
      if (of.leavesTrace()) {
        tests.add(test("refusesAnotherBodyThoughItRestarts", () -> reusedAfterRestart(of)));
      }
    }
    return tests;
  }

  private DynamicTest test(String name, Executable body) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          backend.reset();
          body.execute();
        });
  }

  private <Q extends Message, A extends Message> void answers(MethodCase<Q, A> of) {
    Q request = of.good(caller);

    A answer = caller.call(of.method(), request);

    of.verify(answer);
  }

  private <Q extends Message, A extends Message> void cannot(MethodCase<Q, A> of) {
    Failure failure = failure(() -> caller.call(of.method(), of.impossible()));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_NOT_SUPPORTED);
    assertThat(failure.code()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(failure.metadata()).containsEntry("method", of.method().getFullMethodName());
    assertThat(backend.requests().path("total").asInt()).as("calls to the backend").isZero();
  }

  private <Q extends Message, A extends Message> void findsNothing(MethodCase<Q, A> of) {
    Q request = of.nowhere(caller);

    Failure failure = failure(() -> caller.call(of.method(), request));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(failure.metadata()).containsKey("resource");
  }

  private <Q extends Message, A extends Message> void refuses(MethodCase<Q, A> of) {
    Failure failure = failure(() -> caller.call(of.method(), of.bad()));

    assertThat(failure.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure.violations()).isNotEmpty();
    assertThat(backend.requests().path("total").asInt()).as("calls to the backend").isZero();
  }

  private <Q extends Message, A extends Message> void hangs(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults("{\"hang\":true}");
    long start = System.nanoTime();

    Failure failure = failure(() -> caller.call(of.method(), request));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
    backend.heal();
  }

  private <Q extends Message, A extends Message> void keepsDeadline(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults("{\"hang\":true}");

    Status.Code code =
        Status.fromThrowable(
                catchThrowable(() -> caller.call(of.method(), request, Duration.ofMillis(150))))
            .getCode();

    assertThat(code).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    // The connector ends its call to the backend, long before its own time is over.
    await(() -> backend.requests().path("in_flight").asInt() == 0);
    backend.heal();
  }

  private <Q extends Message, A extends Message> void down(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults("{\"outage\":\"reset\"}");

    Failure failure = failure(() -> caller.call(of.method(), request));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
  }

  private <Q extends Message, A extends Message> void fails(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults("{\"error\":{\"rate\":1,\"status\":500}}");

    Failure failure = failure(() -> caller.call(of.method(), request));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
  }

  private <Q extends Message, A extends Message> void busy(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults("{\"error\":{\"rate\":1,\"status\":429,\"retry_after_seconds\":7}}");

    Failure failure = failure(() -> caller.call(of.method(), request));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_BACKEND_BUSY);
    assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
  }

  private <Q extends Message, A extends Message> void traces(MethodCase<Q, A> of) {
    Q request = of.good(caller);

    caller.callTraced(of.method(), request, "00-" + TRACE_ID + "-b7ad6b7169203331-01");

    String last = backend.requests().path("last").path(0).path("traceparent").asText();
    assertThat(last).startsWith("00-" + TRACE_ID + "-").doesNotContain("b7ad6b7169203331");
  }

  private <Q extends Message, A extends Message> void repeats(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    A first = caller.call(of.method(), request);
    int calls = backend.requests().path("total").asInt();

    A second = caller.call(of.method(), request);

    assertThat(second).isEqualTo(first);
    assertThat(backend.requests().path("total").asInt()).isEqualTo(calls);
  }

  private <Q extends Message, A extends Message> void joins(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults("{\"latency\":{\"fixed_ms\":100}}");

    CompletableFuture<A> first =
        CompletableFuture.supplyAsync(() -> caller.call(of.method(), request));
    CompletableFuture<A> second =
        CompletableFuture.supplyAsync(() -> caller.call(of.method(), request));

    assertThat(second.join()).isEqualTo(first.join());
  }

  private <Q extends Message, A extends Message> void reused(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    caller.call(of.method(), request);

    Failure failure = failure(() -> caller.call(of.method(), another(request)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_REQUEST_ID_REUSED);
  }

  private <Q extends Message, A extends Message> void unknown(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults(
        "{\"outage\":\"close\",\"when\":\"after\",\"times\":1,\"path\":\""
            + of.writesTo()
            + "\","
            + "\"methods\":[\"POST\",\"PUT\",\"PATCH\",\"DELETE\"]}");

    Failure failure = failure(() -> caller.call(of.method(), request));
    backend.heal();
    A answer = caller.call(of.method(), request);

    UnknownOutcome outcome = failure.unknownOutcome();
    assertThat(outcome).isNotNull();
    assertThat(outcome.getRequestId()).isEqualTo(requestId(request));
    of.verify(answer);
  }

  private <Q extends Message, A extends Message> void twice(MethodCase<Q, A> of) {
    Q request = of.good(caller);
    backend.faults("{\"duplicate_writes\":true}");

    A answer = caller.call(of.method(), request);

    of.verify(answer);
  }

  // A new process remembers no request id: the backend has to know it.
  private <Q extends Message, A extends Message> void restarts(MethodCase<Q, A> of)
      throws IOException {
    Q request = of.good(caller);
    caller.call(of.method(), request);

    afterRestart(there -> of.verify(there.call(of.method(), request)));
  }

  private <Q extends Message, A extends Message> void reusedAfterRestart(MethodCase<Q, A> of)
      throws IOException {
    Q request = of.good(caller);
    caller.call(of.method(), request);

    afterRestart(there -> {
      assertThat(failure(() -> there.call(of.method(), of.unlike(request))).reason())
          .isEqualTo(Reason.REASON_REQUEST_ID_REUSED);
      of.verify(there.call(of.method(), request));
    });
  }

  /** Calls a second process of the connector, which remembers nothing of the first. */
  protected final void afterRestart(Consumer<Caller> calls) throws IOException {
    callNew(estate.url().resolve("/" + backendName()).toString(), calls);
  }

  /**
   * Calls a process of the connector whose backend's answers are edited on their way.
   *
   * @param path part of the paths whose answers are edited
   */
  protected final void withEdited(String path, Consumer<JsonNode> edit, Consumer<Caller> calls)
      throws IOException {
    try (EditedBackend edited =
        new EditedBackend(estate.url().resolve("/" + backendName()), path, edit)) {
      callNew(edited.url(), calls);
    }
  }

  private void callNew(String backendUrl, Consumer<Caller> calls) throws IOException {
    try (RunningConnector fresh = process().start(config(backendUrl), telemetry)) {
      ManagedChannel there = channel(fresh);
      try {
        calls.accept(new Caller(there));
      } finally {
        there.shutdownNow();
      }
    }
  }

  @Test
  final void stopsAtOnceThoughSomebodyWatches() throws Exception {
    RunningConnector fresh =
        process().start(config(estate.url().resolve("/" + backendName()).toString()), telemetry);
    ManagedChannel there = channel(fresh);
    CompletableFuture<Status> ended = new CompletableFuture<>();
    CompletableFuture<Void> begun = new CompletableFuture<>();
    try {
      HealthGrpc.newStub(there)
          .watch(
              HealthCheckRequest.getDefaultInstance(),
              new StreamObserver<>() {
                @Override
                public void onNext(HealthCheckResponse response) {
                  begun.complete(null);
                }

                @Override
                public void onError(Throwable error) {
                  ended.complete(Status.fromThrowable(error));
                }

                @Override
                public void onCompleted() {
                  ended.complete(Status.OK);
                }
              });
      begun.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      long asked = System.nanoTime();

      fresh.close();

      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(3));
      assertThat(ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).getCode())
          .isEqualTo(Status.Code.UNAVAILABLE);
    } finally {
      there.shutdownNow();
    }
  }

  @Test
  final void passesTheConformanceSuite() {
    Map<String, Message> samples = new HashMap<>();
    cases().stream()
        .filter(MethodCase::hasRequest)
        .forEach(each -> samples.put(each.method().getFullMethodName(), each.good(caller)));

    Report report =
        Suite.run(
            "127.0.0.1:" + connector.port(),
            channel,
            services().stream().map(ConnectorConformance::contract).toList(),
            new Suite.Options(true, true, samples));

    assertThat(report.failures()).isEmpty();
  }

  private static Descriptors.ServiceDescriptor contract(ServiceDescriptor service) {
    return ((ProtoServiceDescriptorSupplier)
            java.util.Objects.requireNonNull(service.getSchemaDescriptor()))
        .getServiceDescriptor();
  }

  @Test
  final void saysThatItServesWhateverItsBackendDoes() {
    backend.faults("{\"outage\":\"reset\"}");

    for (String service :
        Stream.concat(Stream.of(""), services().stream().map(ServiceDescriptor::getName))
            .toList()) {
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(5, TimeUnit.SECONDS)
                  .check(HealthCheckRequest.newBuilder().setService(service).build())
                  .getStatus())
          .as("service \"%s\"", service)
          .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    }
  }

  @Test
  final void saysThatTheBackendRefusesTheConnection() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    MethodCase<?, ?> read =
        cases().stream()
            .filter(each -> !each.isKeyed() && !each.isDeclaredImpossible())
            .findFirst()
            .orElseThrow();
    try (RunningConnector alone =
        process().start(config("http://127.0.0.1:" + closed), telemetry)) {
      ManagedChannel there = channel(alone);
      try {
        assertThat(refusedConnection(read, new Caller(there)).reason())
            .isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
      } finally {
        there.shutdownNow();
      }
    }
  }

  private <Q extends Message, A extends Message> Failure refusedConnection(
      MethodCase<Q, A> read, Caller there) {
    return failure(() -> there.call(read.method(), read.good(caller)));
  }

  /** The failure that a call ends with, in the shape that every failure has. */
  protected static Failure failure(Runnable call) {
    Throwable thrown = catchThrowable(call::run);
    assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    assertThat(status).as("details of %s", thrown).isNotNull();
    List<Any> infos =
        status.getDetailsList().stream().filter(each -> each.is(ErrorInfo.class)).toList();
    assertThat(infos).as("ErrorInfo of %s", thrown).hasSize(1);
    Failure failure = Failure.from(status).orElseThrow();
    assertThat(failure.code().value()).isEqualTo(status.getCode());
    assertThat(failure.message()).isNotBlank();
    return failure;
  }

  private static String requestId(Message request) {
    var context = request.getDescriptorForType().findFieldByName("context");
    return ((CommandContext) request.getField(context)).getRequestId();
  }

  // The same request id in another request.
  @SuppressWarnings("unchecked") // a builder of the same type builds the same type
  private static <Q extends Message> Q another(Q request) {
    Message.Builder builder = request.toBuilder();
    var context = request.getDescriptorForType().findFieldByName("context");
    builder.setField(
        context,
        ((CommandContext) request.getField(context))
            .toBuilder().setCorrelationId("another").build());
    return (Q) builder.build();
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(until);
      Thread.onSpinWait();
    }
  }

  /** What the backend was asked last. */
  protected final JsonNode lastRequest() {
    return backend.requests().path("last").path(0);
  }
}
