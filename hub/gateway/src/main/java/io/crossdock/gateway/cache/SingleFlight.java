package io.crossdock.gateway.cache;

import io.crossdock.gateway.freshness.AnswerFreshness;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Exchange;
import io.crossdock.gateway.pipeline.ExchangeDecorator;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Metadata;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends the same question to a backend only once at a time and stores the answer.
 *
 * <p>The exchange runs until the contract's deadline, whoever leads: a leader with less patience
 * leaves, and the exchange goes on for those who still wait. It is cancelled when the last of them
 * has left.
 */
public final class SingleFlight implements ExchangeDecorator {

  private final AnswerCache cache;

  public SingleFlight(AnswerCache cache) {
    this.cache = cache;
  }

  @Override
  public String name() {
    return "single-flight";
  }

  @Override
  public boolean appliesTo(Operation operation) {
    return operation.isCached();
  }

  @Override
  public Exchange decorate(Operation operation, Exchange inner) {
    return new Shared(operation, inner);
  }

  private final class Shared implements Exchange {

    private final Operation operation;
    private final Exchange inner;

    Shared(Operation operation, Exchange inner) {
      this.operation = operation;
      this.inner = inner;
    }

    @Override
    public Upstream begin(Call call, Sink sink) {
      ExtractedFields fields = call.fields();
      if (fields.form() != ExtractedFields.Form.WELL_FORMED) {
        // The key does not cover what the contract does not know.
        return inner.begin(call, sink);
      }
      Flight own =
          new Flight(
              new CacheKey(operation.index(), operation.cacheKey(fields)),
              operation.tags(fields),
              cache.begin());
      Flight flight = cache.joinOrLead(own);
      if (flight != own) {
        return new Follower(this, call, sink, flight).await();
      }
      cache.count(operation.index(), false);
      CacheEvents.add(call, "miss", 0);
      return new Leader(operation, call, sink, flight).lead(inner);
    }
  }

  /** The caller whose request goes to the backend. */
  private final class Leader implements Exchange.Sink, Exchange.UnaryUpstream {

    private final Operation operation;
    private final Call call;
    private final Exchange.Sink sink;
    private final Flight flight;
    private Exchange.Upstream upstream = Exchange.Upstream.ENDED;
    private boolean left;
    private boolean ended;

    Leader(Operation operation, Call call, Exchange.Sink sink, Flight flight) {
      this.operation = operation;
      this.call = call;
      this.sink = sink;
      this.flight = flight;
    }

    Exchange.Upstream lead(Exchange inner) {
      flight.whenAbandoned(this::abandoned);
      try {
        upstream = inner.begin(call, this);
      } catch (RuntimeException e) {
        end("failed to begin");
        throw e;
      }
      return this;
    }

    @Override
    public void headers(Metadata headers) {}

    @Override
    public void message(Payload message) {}

    @Override
    public void finish(Outcome outcome) {
      if (ended) {
        return;
      }
      ended = true;
      Outcome shared = null;
      switch (outcome) {
        case Outcome.Answered answered -> {
          store(answered.payload());
          shared = flight.isInvalidated() ? null : answered;
        }
        case Outcome.Failed failed -> {
          cache.complete(flight, null, List.of(), 0);
          shared = isLeadersOwn(failed) ? null : failed.copy();
        }
        case Outcome.Streamed() -> cache.complete(flight, null, List.of(), 0);
      }
      flight.completion().complete(shared);
      if (!left) {
        sink.finish(outcome);
      }
    }

    private void store(Payload answer) {
      // An answer that no write could find is not stored.
      List<String> tags =
          operation.answerTags(call.fields(), call.request(), answer.body()).orElse(null);
      cache.complete(
          flight,
          tags == null ? null : answer,
          tags == null ? List.of() : tags,
          operation.timeToLive().toNanos());
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void requestMessage() {}

    @Override
    public long remainingNanos() {
      long contracts = operation.deadline().toNanos();
      return contracts == 0 ? Long.MAX_VALUE : contracts - (System.nanoTime() - call.startNanos());
    }

    @Override
    public void cancel(String why) {
      if (!left && !ended) {
        left = true;
        flight.leave();
      }
    }

    private void abandoned() {
      if (call.isOnLoop()) {
        end("nobody waits any more");
      } else {
        call.execute(() -> end("nobody waits any more"));
      }
    }

    /** Ends the exchange without an outcome. */
    private void end(String why) {
      if (!ended) {
        ended = true;
        cache.complete(flight, null, List.of(), 0);
        flight.completion().complete(null);
        upstream.cancel(why);
      }
    }
  }

  /** A caller who asked the same while the backend was asked. */
  private final class Follower implements Exchange.UnaryUpstream {

    private final Exchange shared;
    private final Call call;
    private final Exchange.Sink sink;
    private final Flight flight;
    // Set when this caller has to ask again.
    private Exchange.@Nullable Upstream own;
    private boolean ended;

    Follower(Exchange shared, Call call, Exchange.Sink sink, Flight flight) {
      this.shared = shared;
      this.call = call;
      this.sink = sink;
      this.flight = flight;
    }

    Exchange.Upstream await() {
      var _ =
          flight
              .completion()
              .whenComplete((outcome, error) -> call.execute(() -> completed(outcome)));
      return this;
    }

    private void completed(@Nullable Outcome outcome) {
      if (ended) {
        return;
      }
      switch (outcome) {
        case Outcome.Answered(Payload payload) -> {
          ended = true;
          call.markCached();
          cache.count(call.operation().index(), true);
          CacheEvents.add(call, "joined", 0);
          sink.finish(
              new Outcome.Answered(
                  new Payload(
                      payload.body(), AnswerFreshness.ofStamp(payload.tail()).stampCached(0))));
        }
        case Outcome.Failed failed -> {
          ended = true;
          sink.finish(failed.copy());
        }
        case null, default -> own = shared.begin(call, sink);
      }
    }

    @Override
    public void cancel(String why) {
      if (ended) {
        return;
      }
      ended = true;
      if (own == null) {
        flight.leave();
      } else {
        own.cancel(why);
      }
    }
  }

  /** Whether another caller with the same question need not have met the same failure. */
  private static boolean isLeadersOwn(Outcome.Failed failed) {
    return switch (failed.status().getCode()) {
      case CANCELLED, DEADLINE_EXCEEDED, INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED ->
          true;
      default -> false;
    };
  }
}
