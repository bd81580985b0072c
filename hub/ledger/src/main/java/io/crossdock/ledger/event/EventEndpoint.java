package io.crossdock.ledger.event;

import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventFilter;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishResponse;
import io.crossdock.event.v1.ReplayRequest;
import io.crossdock.event.v1.ReplayResponse;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code crossdock.event.v1.EventService} over the log. Its handlers may block, so they run on
 * virtual threads.
 */
public final class EventEndpoint implements BindableService, AutoCloseable {

  private final EventLog log;
  private final EventSignal signal;
  private final Publishing publishing;
  private final Duration life;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("events-", 0).factory());
  private final ScheduledExecutorService ticks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("event-ticks").daemon().factory());
  private final Set<EventStream<?>> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  /**
   * @param life after which a subscriber that was told nothing is told that the hub lives
   */
  public EventEndpoint(
      Store store, EventLog log, EventSignal signal, Idempotency idempotency, Duration life) {
    this.log = log;
    this.signal = signal;
    this.publishing = new Publishing(store, log, idempotency);
    this.life = life;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerInterceptors.intercept(new Service(), TraceHeader.KEEPS);
  }

  /**
   * Ends the streams with {@code SHUTTING_DOWN} and begins no more; callers go on from their
   * position elsewhere. Events are still taken.
   */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    streams.forEach(stream -> stream.fail(shuttingDown()));
    ticks.shutdownNow();
    threads.shutdown();
  }

  private static Failure shuttingDown() {
    return Failure.of(Reason.REASON_SHUTTING_DOWN, "The hub is shutting down.");
  }

  private final class Service extends EventServiceGrpc.EventServiceImplBase {

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> answer) {
      PublishResponse response;
      try {
        response = publishing.publish(request, TraceHeader.current());
      } catch (FailureException e) {
        answer.onError(e.failure().toException());
        return;
      }
      answer.onNext(response);
      answer.onCompleted();
    }

    @Override
    public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> answer) {
      List<Lane> lanes = lanes(request.getFilter());
      Selection selection = Selection.of(request.getFilter());
      try {
        Position after =
            switch (request.getStartCase()) {
              case AFTER_POSITION -> checked(request.getAfterPosition(), lanes);
              case FROM_TIME -> {
                Instant from = instant(request.getFromTime());
                selection = selection.from(from);
                yield log.before(from);
              }
              case FROM_BEGINNING -> log.beginning();
              case START_NOT_SET -> log.tail();
            };
        run(lanes, selection, after, Long.MAX_VALUE, new Subscribed(log.epoch()), answer);
      } catch (FailureException e) {
        answer.onError(e.failure().toException());
      }
    }

    @Override
    public void replay(ReplayRequest request, StreamObserver<ReplayResponse> answer) {
      List<Lane> lanes = lanes(request.getFilter());
      Selection selection = Selection.of(request.getFilter());
      try {
        Position after = log.beginning();
        if (request.hasRecordedFrom()) {
          Instant from = instant(request.getRecordedFrom());
          selection = selection.from(from);
          after = log.before(from);
        }
        if (request.hasRecordedUntil()) {
          selection = selection.until(instant(request.getRecordedUntil()));
        }
        if (!request.getAfterPosition().isEmpty()) {
          after = checked(request.getAfterPosition(), lanes);
        }
        run(lanes, selection, after, log.newest(), new Replayed(log.epoch()), answer);
      } catch (FailureException e) {
        answer.onError(e.failure().toException());
      }
    }
  }

  private <A> void run(
      List<Lane> lanes,
      Selection selection,
      Position after,
      long end,
      EventStream.Shape<A> shape,
      StreamObserver<A> answer) {
    if (closing) {
      throw new FailureException(shuttingDown());
    }
    ServerCallStreamObserver<A> caller = (ServerCallStreamObserver<A>) answer;
    EventStream<A> stream =
        new EventStream<>(log, threads, lanes, selection, after, end, shape, caller);
    Runnable subscription = signal.listen(lanes, stream::wake);
    ScheduledFuture<?> ticking =
        ticks.scheduleWithFixedDelay(
            stream::tick, life.toMillis(), life.toMillis(), TimeUnit.MILLISECONDS);
    streams.add(stream);
    Runnable over =
        () -> {
          streams.remove(stream);
          var _ = ticking.cancel(false);
          subscription.run();
        };
    caller.setOnCancelHandler(over);
    caller.setOnCloseHandler(over);
    caller.setOnReadyHandler(stream::wake);
    stream.wake();
  }

  private Position checked(String text, List<Lane> lanes) {
    Position position = Position.parse(text, log.epoch());
    log.check(position, lanes);
    return position;
  }

  private static List<Lane> lanes(EventFilter filter) {
    return filter.getLane() == Lane.LANE_UNSPECIFIED ? EventLog.LANES : List.of(filter.getLane());
  }

  private static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  private static Freshness freshness(EventEnvelope event) {
    return Freshness.newBuilder()
        .setSourceSystem(event.getSource())
        .setAsOf(event.getOccurredAt())
        .setMode(Freshness.Mode.MODE_LIVE)
        .build();
  }

  private record Subscribed(long epoch) implements EventStream.Shape<SubscribeResponse> {

    @Override
    public SubscribeResponse event(StoredEvent event, Position position, long backlog) {
      return SubscribeResponse.newBuilder()
          .setEvent(event.envelope())
          .setPosition(position.text(epoch))
          .setBacklog(backlog)
          .setFreshness(freshness(event.envelope()))
          .build();
    }

    @Override
    public SubscribeResponse signOfLife(Position position) {
      return SubscribeResponse.newBuilder().setPosition(position.text(epoch)).build();
    }
  }

  private record Replayed(long epoch) implements EventStream.Shape<ReplayResponse> {

    @Override
    public ReplayResponse event(StoredEvent event, Position position, long backlog) {
      return ReplayResponse.newBuilder()
          .setEvent(event.envelope())
          .setPosition(position.text(epoch))
          .setFreshness(freshness(event.envelope()))
          .build();
    }

    @Override
    public @Nullable ReplayResponse signOfLife(Position position) {
      return null;
    }
  }
}
