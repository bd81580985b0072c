package io.crossdock.ledger.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventFilter;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishResponse;
import io.crossdock.event.v1.PublishedEvent;
import io.crossdock.event.v1.ReplayRequest;
import io.crossdock.event.v1.ReplayResponse;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.policy.v1.Lane;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(120)
class EventEndpointIT {

  private final Engine engine;
  @TempDir Path dir;
  private Database database;
  private Store store;
  private EventLog log;
  private EventSignal signal;
  private EventEndpoint endpoint;
  private ExecutorService threads;
  private Server server;
  private ManagedChannel channel;
  private EventServiceGrpc.EventServiceBlockingStub stub;

  EventEndpointIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void start() throws Exception {
    database = TestLedger.create(engine, dir);
    store = Store.open(database, 2);
    log = new EventLog(store, EventCatalogue.ofBuild(), Clock.systemUTC());
    signal = EventSignal.start(log, Duration.ofMillis(20));
    endpoint =
        new EventEndpoint(
            store, log, signal, new Idempotency(store, Clock.systemUTC()), Duration.ofMillis(100));
    threads = Executors.newVirtualThreadPerTaskExecutor();
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name).executor(threads).addService(endpoint).build().start();
    channel = InProcessChannelBuilder.forName(name).build();
    stub = EventServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    endpoint.close();
    signal.close();
    threads.shutdownNow();
    store.close();
  }

  @Test
  void tellsWherePublishedEventsStand() {
    PublishResponse response = stub.publish(request(event("PO-1"), event("PO-1"), event("PO-2")));

    assertThat(response.getEventsList())
        .extracting(PublishedEvent::getSequence)
        .containsExactly(1L, 2L, 1L);
    assertThat(response.getEventsList()).noneMatch(PublishedEvent::getDuplicate);
  }

  @Test
  void theSameRequestAgainGetsTheSameAnswerAndWritesNothing() {
    PublishRequest request = request(event("PO-1"));

    PublishResponse first = stub.publish(request);
    PublishResponse second = stub.publish(request);

    assertThat(second).isEqualTo(first);
    assertThat(log.newest()).isEqualTo(1);
  }

  @Test
  void ofManyCallersAtOnceEachGetsItsAnswerAndRepetitionsThatOfTheFirst() throws Exception {
    PublishRequest same = request(event("PO-same"));
    PublishRequest other = same.toBuilder().addEvents(event("PO-2")).build();
    PublishRequest wrong = request(Events.posting("PO-new").setSequence(7).build());
    List<Future<PublishResponse>> repeated = new ArrayList<>();
    List<Future<PublishResponse>> different = new ArrayList<>();
    List<Future<Reason>> refused = new ArrayList<>();
    List<Future<Reason>> insisting = new ArrayList<>();
    var _ = stub.publish(same);

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 60; i++) {
        String key = "PO-" + i;
        repeated.add(callers.submit(() -> stub.publish(same)));
        different.add(callers.submit(() -> stub.publish(request(event(key), event(key)))));
        refused.add(callers.submit(() -> failure(() -> stub.publish(other)).reason()));
        insisting.add(callers.submit(() -> failure(() -> stub.publish(wrong)).reason()));
      }
    }

    for (int i = 0; i < 60; i++) {
      assertThat(repeated.get(i).get()).isEqualTo(repeated.getFirst().get());
      assertThat(different.get(i).get().getEventsList())
          .extracting(PublishedEvent::getSequence)
          .containsExactly(1L, 2L);
      assertThat(refused.get(i).get()).isEqualTo(Reason.REASON_REQUEST_ID_REUSED);
      assertThat(insisting.get(i).get()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    }
    assertThat(log.newest()).isEqualTo(1 + 120);
  }

  @Test
  void theSameRequestIdWithAnotherBodyIsRefused() {
    PublishRequest request = request(event("PO-1"));
    var _ = stub.publish(request);

    Failure failure =
        failure(() -> stub.publish(request.toBuilder().addEvents(event("PO-2")).build()));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_REQUEST_ID_REUSED);
  }

  @Test
  void anEventOfAnotherRequestIsADuplicate() {
    EventEnvelope event = event("PO-1");
    var _ = stub.publish(request(event));

    PublishResponse again = stub.publish(request(event));

    assertThat(again.getEvents(0).getDuplicate()).isTrue();
    assertThat(again.getEvents(0).getSequence()).isEqualTo(1);
  }

  @Test
  void aRefusedRequestIsForgottenAndMayBeMended() {
    EventEnvelope wrong = Events.posting("PO-1").setSequence(5).build();
    PublishRequest request = request(event("PO-7"), wrong);

    Failure failure = failure(() -> stub.publish(request));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(log.newest()).isZero();
    assertThat(failure(() -> stub.publish(request))).isEqualTo(failure);
    assertThat(
            failure(() ->
                    stub.publish(
                        request(event("PO-7"), Events.posting("PO-1").setKey("PO-2").build())))
                .violations()
                .getFirst()
                .field())
        .isEqualTo("events[1].key");
  }

  @Test
  void anEventCarriesTheTransactionAndTheTraceOfTheCallThatPublishedIt() {
    Metadata headers = new Metadata();
    String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), trace);
    PublishRequest.Builder request = request(event("PO-1")).toBuilder();
    request.getContextBuilder().setCorrelationId("sale-1").setCausationId("call-1");

    var _ =
        stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .publish(request.build());

    EventEnvelope written = replay(ReplayRequest.getDefaultInstance()).getFirst().getEvent();
    assertThat(written.getCorrelationId()).isEqualTo("sale-1");
    assertThat(written.getCausationId()).isEqualTo("call-1");
    assertThat(written.getTraceparent()).isEqualTo(trace);
  }

  @Test
  void aSubscriberGetsWhatComesAndASignOfLifeWhenNothingComes() throws Exception {
    var _ = stub.publish(request(event("PO-old")));
    Subscriber subscriber = subscribe(SubscribeRequest.getDefaultInstance(), Integer.MAX_VALUE);
    SubscribeResponse life = subscriber.take();
    assertThat(life.hasEvent()).isFalse();

    var _ = stub.publish(request(event("PO-1"), event("PO-2")));

    assertThat(subscriber.takeKeys(2)).containsExactly("PO-1", "PO-2");
    subscriber.cancel();
  }

  @Test
  void aSubscriberGoesOnAfterItsPosition() throws Exception {
    for (int i = 0; i < 200; i++) {
      var _ = log.append(List.of(event("PO-" + i), Events.stock("SKU-" + i).build()));
    }
    List<String> keys = new ArrayList<>();
    String position = "";
    SubscribeRequest start = SubscribeRequest.newBuilder().setFromBeginning(true).build();

    for (int part = 0; part < 4; part++) {
      Subscriber subscriber =
          subscribe(
              part == 0 ? start : SubscribeRequest.newBuilder().setAfterPosition(position).build(),
              Integer.MAX_VALUE);
      for (int i = 0; i < 100; ) {
        SubscribeResponse response = subscriber.take();
        position = response.getPosition();
        if (response.hasEvent()) {
          keys.add(response.getEvent().getKey());
          i++;
        }
      }
      subscriber.cancel();
    }

    assertThat(keys).hasSize(400).doesNotHaveDuplicates();
  }

  @Test
  void financialEventsDoNotWaitBehindABacklogOfStock() throws Exception {
    List<EventEnvelope> stock = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      stock.add(Events.stock("SKU-" + i).build());
    }
    var _ = log.append(stock);
    var _ = log.append(List.of(event("PO-1")));

    Subscriber subscriber =
        subscribe(SubscribeRequest.newBuilder().setFromBeginning(true).build(), Integer.MAX_VALUE);

    assertThat(subscriber.takeKeys(100)).contains("PO-1");
    subscriber.cancel();
  }

  @Test
  void aSlowSubscriberIsGivenNoMoreThanItAsksForAndHoldsUpNobody() throws Exception {
    Subscriber slow = subscribe(SubscribeRequest.newBuilder().setFromBeginning(true).build(), 3);
    Subscriber quick =
        subscribe(SubscribeRequest.newBuilder().setFromBeginning(true).build(), Integer.MAX_VALUE);

    for (int i = 0; i < 300; i++) {
      var _ = log.append(List.of(event("PO-" + i)));
    }

    assertThat(quick.takeKeys(300)).hasSize(300);
    assertThat(slow.received.size()).isLessThanOrEqualTo(3);
    slow.request(1000);
    assertThat(slow.takeKeys(300)).hasSize(300);
    slow.cancel();
    quick.cancel();
  }

  @Test
  void whatAnotherNodeWritesIsFound() throws Exception {
    if (engine == Engine.SQLITE) {
      return;
    }
    Subscriber subscriber = subscribe(SubscribeRequest.getDefaultInstance(), Integer.MAX_VALUE);
    var _ = subscriber.take();

    try (Store other = Store.open(database, 1)) {
      var _ =
          new EventLog(other, EventCatalogue.ofBuild(), Clock.systemUTC())
              .append(List.of(event("PO-1")));
      assertThat(subscriber.takeKeys(1)).containsExactly("PO-1");
    }
    subscriber.cancel();
  }

  @Test
  void aPositionFromBeforeARestoreIsRefusedHoweverManyEventsCameSince() throws Exception {
    PublishResponse before = stub.publish(request(event("PO-1"), event("PO-2")));
    String position = before.getEvents(1).getPosition();
    var _ =
        store.write(connection -> {
          LedgerEpoch.begin(connection);
          return true;
        });
    EventLog restored = new EventLog(store, EventCatalogue.ofBuild(), Clock.systemUTC());
    for (int i = 0; i < 10; i++) {
      var _ = restored.append(List.of(event("PO-3")));
    }

    FailureException refusal =
        catchThrowableOfType(
            FailureException.class, () -> Position.parse(position, restored.epoch()));

    assertThat(refusal.failure().message()).contains("before the ledger was restored");
  }

  @Test
  void anEventIdWithOtherContentIsRefusedAndNothingIsWritten() {
    EventEnvelope first = event("PO-1");
    var _ = stub.publish(request(first));

    // The same event again, by whoever: known.
    PublishResponse again = stub.publish(request(first));
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                stub.publish(
                    request(
                        event("PO-9"),
                        event("PO-2").toBuilder().setEventId(first.getEventId()).build())));
    StatusRuntimeException alone =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> stub.publish(request(first.toBuilder().setSource("someone-else").build())));

    assertThat(again.getEvents(0).getDuplicate()).isTrue();
    for (StatusRuntimeException each : List.of(refusal, alone)) {
      assertThat(Failure.from(each).orElseThrow().reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
      assertThat(Failure.from(each).orElseThrow().message()).contains("already used");
    }
    assertThat(log.read(Lane.LANE_FINANCIAL, 0, Selection.ALL, 10).events()).hasSize(1);
  }

  @Test
  void twoDifferentEventsOfOneRequestMayNotHaveOneId() {
    EventEnvelope first = event("PO-1");

    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                stub.publish(
                    request(
                        first, event("PO-2").toBuilder().setEventId(first.getEventId()).build())));

    assertThat(Failure.from(refusal).orElseThrow().message()).contains("already used");
    assertThat(log.newest()).isZero();
  }

  @Test
  void aReplayGivesThePastAndEnds() {
    for (int i = 0; i < 150; i++) {
      var _ = log.append(List.of(event("PO-" + i), Events.stock("SKU-" + i).build()));
    }
    ReplayRequest.Builder request = ReplayRequest.newBuilder();
    request.setFilter(
        EventFilter.newBuilder().setLane(Lane.LANE_FINANCIAL).setKeyPrefix("PO-1").build());

    List<ReplayResponse> all = replay(request.build());
    List<ReplayResponse> rest = replay(request.setAfterPosition(all.get(9).getPosition()).build());

    assertThat(all).hasSize(1 + 10 + 50);
    assertThat(rest).isEqualTo(all.subList(10, all.size()));
    assertThat(replay(ReplayRequest.getDefaultInstance())).hasSize(300);
  }

  @Test
  void aPositionThatIsNoneOrPastTheEndIsRefused() {
    for (String position : List.of("nonsense", Position.at(7).text(log.epoch()))) {
      Failure failure =
          failure(() -> replay(ReplayRequest.newBuilder().setAfterPosition(position).build()));
      assertThat(failure.reason()).isEqualTo(Reason.REASON_POSITION_OUT_OF_RANGE);
      assertThat(
              failure(
                      () -> {
                        Iterator<SubscribeResponse> answers =
                            stub.subscribe(
                                SubscribeRequest.newBuilder().setAfterPosition(position).build());
                        return answers.next();
                      })
                  .reason())
          .isEqualTo(Reason.REASON_POSITION_OUT_OF_RANGE);
    }
  }

  @Test
  void subscribersAreToldWhenTheHubStops() throws Exception {
    Subscriber subscriber = subscribe(SubscribeRequest.getDefaultInstance(), Integer.MAX_VALUE);
    var _ = subscriber.take();

    endpoint.close();

    assertThat(subscriber.ended.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(Failure.from(subscriber.error).orElseThrow().reason())
        .isEqualTo(Reason.REASON_SHUTTING_DOWN);
  }

  private List<ReplayResponse> replay(ReplayRequest request) {
    List<ReplayResponse> all = new ArrayList<>();
    stub.replay(request).forEachRemaining(all::add);
    return all;
  }

  private Subscriber subscribe(SubscribeRequest request, int atFirst) throws Exception {
    Subscriber subscriber = new Subscriber(atFirst);
    EventServiceGrpc.newStub(channel).subscribe(request, subscriber);
    return subscriber;
  }

  private static Failure failure(java.util.function.Supplier<?> call) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> call.get());
    assertThat(error).isNotNull();
    return Failure.from(error).orElseThrow();
  }

  private static PublishRequest request(EventEnvelope... events) {
    return PublishRequest.newBuilder()
        .setContext(CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
        .addAllEvents(List.of(events))
        .build();
  }

  private static EventEnvelope event(String key) {
    return Events.posting(key).build();
  }

  /** Asks for as many answers as a test says. */
  private static final class Subscriber
      implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {

    final BlockingQueue<SubscribeResponse> received = new LinkedBlockingQueue<>();
    final CountDownLatch ended = new CountDownLatch(1);
    volatile Throwable error = new IllegalStateException("not ended");
    private final int atFirst;
    private @Nullable ClientCallStreamObserver<SubscribeRequest> call;

    Subscriber(int atFirst) {
      this.atFirst = atFirst;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<SubscribeRequest> call) {
      this.call = call;
      call.disableAutoRequestWithInitial(atFirst);
    }

    void request(int count) {
      Objects.requireNonNull(call).request(count);
    }

    void cancel() {
      Objects.requireNonNull(call).cancel("enough", null);
    }

    SubscribeResponse take() throws InterruptedException {
      SubscribeResponse response = received.poll(20, TimeUnit.SECONDS);
      assertThat(response).as("an answer within 20 s").isNotNull();
      return response;
    }

    List<String> takeKeys(int count) throws InterruptedException {
      List<String> keys = new ArrayList<>();
      while (keys.size() < count) {
        SubscribeResponse response = take();
        if (response.hasEvent()) {
          keys.add(response.getEvent().getKey());
        }
      }
      return keys;
    }

    @Override
    public void onNext(SubscribeResponse response) {
      received.add(response);
    }

    @Override
    public void onError(Throwable t) {
      error = t;
      ended.countDown();
    }

    @Override
    public void onCompleted() {
      ended.countDown();
    }
  }
}
