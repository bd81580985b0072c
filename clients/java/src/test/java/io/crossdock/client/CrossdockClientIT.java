package io.crossdock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc.LoyaltyServiceBlockingStub;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.ReservePointsRequest;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CrossdockClientIT {

  private static final GetBalanceRequest BALANCE =
      GetBalanceRequest.newBuilder().setMemberId("M-1001").build();
  private static final ReservePointsRequest RESERVE =
      ReservePointsRequest.newBuilder()
          .setMemberId("M-1001")
          .setPoints(Points.newBuilder().setUnits(500))
          .build();

  private ScriptedHub hub;
  private CrossdockClient client;
  private LoyaltyServiceBlockingStub loyalty;

  @BeforeEach
  void start() throws IOException {
    hub = new ScriptedHub();
    client = builder().build();
    loyalty = client.stub(LoyaltyServiceGrpc::newBlockingStub);
    // So that on a busy machine no test's second is spent on loading classes.
    client.connect(Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() {
    client.close();
    hub.close();
  }

  @Test
  void givesACallTheDeadlineOfItsContractAndTheWayBack() {
    loyalty.getBalance(BALANCE);

    assertThat(hub.seen.getFirst().remainingMillis()).isBetween(1L, 1200L);
  }

  @Test
  void leavesADeadlineThatTheCallerChose() {
    loyalty.withDeadlineAfter(30, TimeUnit.SECONDS).getBalance(BALANCE);

    assertThat(hub.seen.getFirst().remainingMillis()).isBetween(20_000L, 30_000L);
  }

  @Test
  void leavesADeadlineThatTheCallersContextHas() throws Exception {
    try (ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor()) {
      Context.current()
          .withDeadlineAfter(20, TimeUnit.SECONDS, timer)
          .call(() -> loyalty.getBalance(BALANCE));
      timer.shutdownNow();
    }

    assertThat(hub.seen.getFirst().remainingMillis()).isBetween(10_000L, 20_000L);
  }

  @Test
  void asksAReadAgainWhenTheBackendFailed() {
    hub.failing(backendDown(), backendDown());

    GetBalanceResponse answer = loyalty.getBalance(BALANCE);

    assertThat(answer.getBalance().getBalances(0).getAvailable().getUnits()).isEqualTo(12_480);
    assertThat(hub.seen).hasSize(3);
    assertThat(hub.seen.getLast().header("grpc-previous-rpc-attempts")).isEqualTo("2");
  }

  @Test
  void givesUpAfterFourAttempts() {
    hub.failing(backendDown(), backendDown(), backendDown(), backendDown(), backendDown());

    Throwable thrown = catchThrowable(() -> loyalty.getBalance(BALANCE));

    assertThat(Failures.of(thrown).reason()).isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
    assertThat(hub.seen).hasSize(4);
  }

  @Test
  void keepsTheRequestIdOfAWriteThroughItsAttempts() {
    hub.failing(backendDown(), backendDown());

    loyalty.reservePoints(RESERVE);

    assertThat(hub.contexts).hasSize(3);
    assertThat(hub.contexts).extracting(CommandContext::getRequestId).containsOnly(onlyId());
    assertThat(UUID.fromString(onlyId())).isNotNull();
  }

  @Test
  void givesEachWriteARequestIdOfItsOwn() {
    loyalty.reservePoints(RESERVE);
    loyalty.reservePoints(RESERVE);

    assertThat(hub.contexts).extracting(CommandContext::getRequestId).doesNotHaveDuplicates();
  }

  @Test
  void leavesARequestIdThatTheCallerChoseAndTheRestOfTheContext() {
    CommandContext given =
        CommandContext.newBuilder()
            .setRequestId("2f1a4e0e-8a9f-4a52-9f0c-0a4f2b1c7d11")
            .setStore("EU-001")
            .build();

    loyalty.reservePoints(RESERVE.toBuilder().setContext(given).build());
    loyalty.reservePoints(
        RESERVE.toBuilder().setContext(given.toBuilder().clearRequestId()).build());

    assertThat(hub.contexts.getFirst()).isEqualTo(given);
    assertThat(hub.contexts.getLast().getStore()).isEqualTo("EU-001");
    assertThat(hub.contexts.getLast().getRequestId())
        .isNotEmpty()
        .isNotEqualTo(given.getRequestId());
  }

  @Test
  void sendsAWriteThatHappensTwiceOnlyOnce() {
    hub.failing(backendDown());
    var ops = client.stub(OpsServiceGrpc::newBlockingStub);

    Throwable thrown =
        catchThrowable(
            () -> ops.invalidateCache(InvalidateCacheRequest.newBuilder().setAll(true).build()));

    assertThat(Failures.of(thrown).reason()).isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
    assertThat(hub.seen).hasSize(1);
    assertThat(onlyId()).isNotEmpty();
  }

  @Test
  void neverAsksAgainWhatTheCallerDidWrong() {
    hub.failing(Failure.of(Reason.REASON_NOT_FOUND, "There is no such member.").toException());

    Throwable thrown = catchThrowable(() -> loyalty.getBalance(BALANCE));

    assertThat(Failures.of(thrown).reason()).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(hub.seen).hasSize(1);
  }

  @Test
  void comesBackWhenRetryInfoSays() {
    hub.failing(busyFor(Duration.ofMillis(250)));
    long begin = System.nanoTime();

    loyalty.getBalance(BALANCE);

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(250));
    assertThat(hub.seen).hasSize(2);
  }

  @Test
  void failsAtOnceWhenRetryInfoLiesBeyondTheDeadline() {
    Failure down =
        Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The loyalty platform is down.")
            .withRetryAfter(Duration.ofSeconds(30));
    hub.failing(down.toException());
    long begin = System.nanoTime();

    Throwable thrown = catchThrowable(() -> loyalty.getBalance(BALANCE));

    assertThat(Failures.of(thrown)).isEqualTo(down);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(1));
    assertThat(hub.seen).hasSize(1);
  }

  @Test
  void doesNotAskAgainForATooLargeMessage() {
    hub.failing(Failure.of(Reason.REASON_MESSAGE_TOO_LARGE, "Too large.").toException());

    Throwable thrown = catchThrowable(() -> loyalty.getBalance(BALANCE));

    assertThat(Failures.of(thrown).reason()).isEqualTo(Reason.REASON_MESSAGE_TOO_LARGE);
    assertThat(hub.seen).hasSize(1);
  }

  @Test
  void waitsForAWriteThatIsStillBeingWorkedOn() {
    hub.failing(Failure.of(Reason.REASON_REQUEST_IN_PROGRESS, "Still worked on.").toException());

    loyalty.reservePoints(RESERVE);

    assertThat(hub.contexts).extracting(CommandContext::getRequestId).containsOnly(onlyId());
    assertThat(hub.seen).hasSize(2);
  }

  @Test
  void stopsRepeatingWhenTheBudgetIsSpent() {
    int calls = 10;
    for (int i = 0; i < calls; i++) {
      hub.failing(backendDown(), backendDown(), backendDown(), backendDown());
    }

    for (int i = 0; i < calls; i++) {
      assertThatThrownBy(() -> loyalty.getBalance(BALANCE)).isNotNull();
    }

    // Ten failures empty half of the bucket, the last of them is not repeated.
    assertThat(hub.seen.size() - calls).isBetween(5, 10);
  }

  @Test
  void sendsEverythingOnceWhenToldSo() {
    hub.failing(backendDown());

    try (CrossdockClient once = builder().withoutRetries().build()) {
      assertThatThrownBy(() -> once.stub(LoyaltyServiceGrpc::newBlockingStub).getBalance(BALANCE))
          .isNotNull();
    }

    assertThat(hub.seen).hasSize(1);
  }

  @Test
  void connectsBeforeTheFirstCallWhenToldSo() {
    try (CrossdockClient early = builder().build()) {
      assertThat(early.connect(Duration.ofSeconds(30))).isTrue();
    }
    hub.close();
    try (CrossdockClient late = builder().build()) {
      assertThat(late.connect(Duration.ofSeconds(30))).isFalse();
    }
  }

  @Test
  void saysThatTheHubCannotBeReached() {
    hub.close();

    Failure failure = Failures.of(catchThrowable(() -> loyalty.getBalance(BALANCE)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_HUB_UNAVAILABLE);
    assertThat(failure.message()).contains("Connection refused");
  }

  @Test
  void saysThatTheAnswerDidNotComeInTime() {
    hub.fallSilent();

    Throwable thrown =
        catchThrowable(
            () -> loyalty.withDeadlineAfter(100, TimeUnit.MILLISECONDS).getBalance(BALANCE));

    assertThat(Failures.of(thrown).reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
  }

  @Test
  void namesAWriteThatMayHaveTakenEffectThoughItTimedOut() {
    hub.fallSilent();

    Failure failure =
        Failures.of(
            catchThrowable(
                () -> loyalty.withDeadlineAfter(2, TimeUnit.SECONDS).reservePoints(RESERVE)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
    assertThat(failure.unknownOutcome()).isNotNull();
    assertThat(failure.unknownOutcome().getRequestId()).isEqualTo(onlyId());
  }

  @Test
  void leavesTheWordOfTheHubThatAWriteHadNoEffect() {
    hub.failing(Failure.of(Reason.REASON_INSUFFICIENT, "Not enough points.").toException());

    Failure failure = Failures.of(catchThrowable(() -> loyalty.reservePoints(RESERVE)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_INSUFFICIENT);
    assertThat(failure.unknownOutcome()).isNull();
  }

  @Test
  void knowsThatAWriteWhichNeverLeftHadNoEffect() {
    hub.close();

    Failure failure = Failures.of(catchThrowable(() -> loyalty.reservePoints(RESERVE)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_HUB_UNAVAILABLE);
    assertThat(failure.unknownOutcome()).isNull();
  }

  @Test
  void refusesAServiceThatItWasNotBuiltFor() {
    try (CrossdockClient narrow =
        CrossdockClient.builder(hub.address())
            .services(LoyaltyServiceGrpc.getServiceDescriptor())
            .build()) {
      var ops = narrow.stub(OpsServiceGrpc::newBlockingStub);

      assertThatThrownBy(() -> ops.invalidateCache(InvalidateCacheRequest.getDefaultInstance()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("crossdock.ops.v1.OpsService/InvalidateCache");
    }
  }

  @Test
  void tellsItsNameAndMetadataWithEveryCall() {
    Metadata.Key<String> store = Metadata.Key.of("x-store", Metadata.ASCII_STRING_MARSHALLER);

    try (CrossdockClient till = builder().name("till-03").metadata(store, "EU-001").build()) {
      till.stub(LoyaltyServiceGrpc::newBlockingStub).getBalance(BALANCE);
    }

    assertThat(hub.seen.getFirst().header("user-agent")).startsWith("till-03 ");
    assertThat(hub.seen.getFirst().header("x-store")).isEqualTo("EU-001");
  }

  @Test
  void makesOneSpanPerCallAndTellsTheHubOfIt() {
    hub.failing(backendDown());
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    try (OpenTelemetrySdk sdk = sdk(spans);
        CrossdockClient traced = builder().telemetry(sdk).build()) {
      Span till = sdk.getTracer("test").spanBuilder("till").startSpan();
      try (Scope _ = till.makeCurrent()) {
        traced.stub(LoyaltyServiceGrpc::newBlockingStub).getBalance(BALANCE);
      }
      till.end();

      SpanData call = spans.getFinishedSpanItems().getFirst();
      assertThat(call.getName()).isEqualTo("crossdock.loyalty.v1.LoyaltyService/GetBalance");
      assertThat(call.getKind()).isEqualTo(SpanKind.CLIENT);
      assertThat(call.getParentSpanId()).isEqualTo(till.getSpanContext().getSpanId());
      assertThat(call.getStatus()).isEqualTo(StatusData.unset());
      assertThat(call.getEvents()).extracting(event -> event.getName()).isEqualTo(List.of("retry"));
      assertThat(hub.seen)
          .extracting(seen -> seen.header("traceparent"))
          .containsOnly(
              "00-%s-%s-%s"
                  .formatted(
                      call.getTraceId(),
                      call.getSpanId(),
                      call.getSpanContext().getTraceFlags().asHex()));
    }
  }

  @Test
  void marksTheSpanOfAFailedCallAndNotOfAnAnswerThatSaysNo() {
    hub.failing(
        Status.INTERNAL.asRuntimeException(),
        Failure.of(Reason.REASON_NOT_FOUND, "None.").toException());
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    try (OpenTelemetrySdk sdk = sdk(spans);
        CrossdockClient traced = builder().telemetry(sdk).build()) {
      var stub = traced.stub(LoyaltyServiceGrpc::newBlockingStub);

      assertThatThrownBy(() -> stub.getBalance(BALANCE)).isNotNull();
      assertThatThrownBy(() -> stub.getBalance(BALANCE)).isNotNull();

      assertThat(spans.getFinishedSpanItems().getFirst().getStatus().getDescription())
          .isEqualTo("INTERNAL");
      assertThat(spans.getFinishedSpanItems().getLast().getStatus()).isEqualTo(StatusData.unset());
    }
  }

  @Test
  void carriesTheContextOfACallerThatRecordsNothingItself() {
    OpenTelemetry passing =
        OpenTelemetry.propagating(
            ContextPropagators.create(W3CTraceContextPropagator.getInstance()));
    Span caller =
        Span.wrap(
            io.opentelemetry.api.trace.SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                io.opentelemetry.api.trace.TraceFlags.getSampled(),
                io.opentelemetry.api.trace.TraceState.getDefault()));

    try (CrossdockClient till = builder().telemetry(passing).build();
        Scope _ = caller.makeCurrent()) {
      till.stub(LoyaltyServiceGrpc::newBlockingStub).getBalance(BALANCE);
    }

    assertThat(hub.seen.getFirst().header("traceparent"))
        .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  }

  private CrossdockClient.Builder builder() {
    return CrossdockClient.builder(hub.address())
        .services(LoyaltyServiceGrpc.getServiceDescriptor(), OpsServiceGrpc.getServiceDescriptor());
  }

  private String onlyId() {
    return hub.contexts.getFirst().getRequestId();
  }

  private static Throwable backendDown() {
    return Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The loyalty platform is down.")
        .toException();
  }

  private static Throwable busyFor(Duration wait) {
    return Failure.of(Reason.REASON_BACKEND_BUSY, "Too many calls.")
        .withRetryAfter(wait)
        .toException();
  }

  private static OpenTelemetrySdk sdk(InMemorySpanExporter spans) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build())
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
        .build();
  }
}
