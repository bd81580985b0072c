package io.crossdock.gateway.cache;

import io.crossdock.gateway.freshness.AnswerFreshness;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.gateway.wire.Reading;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers a repeated read from memory, sends the same question to a backend only once at a time,
 * and drops what a write has made untrue.
 */
public final class CachePolicy implements Policy {

  private static final AttributeKey<String> RESULT =
      AttributeKey.stringKey("crossdock.cache.result");
  private static final AttributeKey<Long> AGE = AttributeKey.longKey("crossdock.cache.age_ms");

  private final AnswerCache cache;

  public CachePolicy(AnswerCache cache) {
    this.cache = cache;
  }

  @Override
  public String name() {
    return "cache";
  }

  @Override
  public boolean appliesTo(Operation operation) {
    return operation.isCached() || operation.policy().getInvalidatesCount() > 0;
  }

  @Override
  public Verdict before(Call call) {
    Operation operation = call.operation();
    if (!operation.isCached()) {
      return Verdict.PROCEED;
    }
    Reading reading = call.reading();
    if (reading.form() != Reading.Form.WELL_FORMED) {
      // Not a question that was ever answered; validation says what is wrong with it.
      return Verdict.PROCEED;
    }
    if (call.kept() instanceof Flight joined) {
      call.keep(null);
      Outcome outcome = joined.landed().getNow(null);
      if (outcome instanceof Outcome.Answered(Payload payload)) {
        return remembered(
            call, payload.body(), AnswerFreshness.ofStamp(payload.tail()), 0, "joined");
      }
      if (outcome instanceof Outcome.Failed failed) {
        return new Verdict.Refuse(failed.copy());
      }
      // The leader gave up before the backend answered: ask again, perhaps as the leader.
    }
    CacheKey key = new CacheKey(operation.index(), operation.cacheKey(reading));
    AnswerCache.Entry entry = cache.find(key);
    if (entry != null) {
      return remembered(
          call, entry.body(), entry.freshness(), cache.now() - entry.observedNanos(), "hit");
    }
    Flight own = new Flight(key, operation.tags(reading), cache.begin());
    Flight flight = cache.joinOrLead(own);
    call.keep(flight);
    if (flight != own) {
      return Verdict.waitFor(flight.landed());
    }
    cache.count(operation.index(), false);
    event(call, "miss", 0);
    return Verdict.PROCEED;
  }

  @Override
  public void after(Call call, Outcome outcome) {
    Operation operation = call.operation();
    if (call.kept() instanceof Flight flight) {
      land(flight, outcome, call);
    }
    // A write that failed, or whose answer never came, may still have happened.
    if (operation.policy().getInvalidatesCount() > 0 && mayHaveHappened(outcome)) {
      byte[] answer = outcome instanceof Outcome.Answered(Payload payload) ? payload.body() : null;
      operation.invalidates(call.reading(), call.request(), answer).forEach(cache::invalidate);
    }
  }

  private void land(Flight flight, Outcome outcome, Call call) {
    Operation operation = call.operation();
    switch (outcome) {
      case Outcome.Answered(Payload payload) -> {
        // An answer that no write could find is not kept.
        List<String> tags =
            operation.answerTags(call.reading(), call.request(), payload.body()).orElse(null);
        cache.land(
            flight,
            tags == null ? null : payload,
            tags == null ? List.of() : tags,
            operation.timeToLive().toNanos());
        flight.landed().complete(flight.isOvertaken() ? null : outcome);
      }
      case Outcome.Failed failed -> {
        cache.land(flight, null, List.of(), 0);
        flight.landed().complete(isLeadersOwn(failed) ? null : failed.copy());
      }
      case Outcome.Streamed() -> flight.landed().complete(null);
    }
  }

  private Verdict remembered(
      Call call, byte[] body, AnswerFreshness freshness, long ageNanos, String result) {
    call.answeredFromMemory();
    cache.count(call.operation().index(), true);
    event(call, result, ageNanos);
    return Verdict.answer(new Payload(body, freshness.stampCached(ageNanos)));
  }

  /** Whether another caller with the same question need not have met the same failure. */
  private static boolean isLeadersOwn(Outcome.Failed failed) {
    return switch (failed.status().getCode()) {
      case CANCELLED, DEADLINE_EXCEEDED, INVALID_ARGUMENT, PERMISSION_DENIED, UNAUTHENTICATED ->
          true;
      default -> false;
    };
  }

  private static boolean mayHaveHappened(@Nullable Outcome outcome) {
    return !(outcome instanceof Outcome.Failed failed)
        || failed.fault() == Outcome.Fault.BACKEND
        || failed.status().getCode() == Status.Code.CANCELLED;
  }

  private static void event(Call call, String result, long ageNanos) {
    if (call.span().isRecording()) {
      call.span().addEvent("cache", Attributes.of(RESULT, result, AGE, ageNanos / 1_000_000));
    }
  }
}
