package io.crossdock.gateway.cache;

import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Status;

/**
 * Answers a repeated read from the cache and drops what a write has made untrue. {@link
 * SingleFlight} stores the answers.
 */
public final class CachePolicy implements Policy {

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
    ExtractedFields fields = call.fields();
    if (fields.form() != ExtractedFields.Form.WELL_FORMED) {
      // Not a question that was ever answered; validation says what is wrong with it.
      return Verdict.PROCEED;
    }
    AnswerCache.Entry entry =
        cache.find(new CacheKey(operation.index(), operation.cacheKey(fields)));
    if (entry == null) {
      return Verdict.PROCEED;
    }
    long ageNanos = cache.now() - entry.observedNanos();
    call.markCached();
    cache.count(operation.index(), true);
    CacheEvents.add(call, "hit", ageNanos);
    return Verdict.answer(new Payload(entry.body(), entry.freshness().stampCached(ageNanos)));
  }

  @Override
  public void after(Call call, Outcome outcome) {
    Operation operation = call.operation();
    // A write that failed, or whose answer never came, may still have happened.
    if (operation.policy().getInvalidatesCount() > 0 && mayHaveHappened(outcome)) {
      byte[] answer = outcome instanceof Outcome.Answered(Payload payload) ? payload.body() : null;
      operation.invalidates(call.fields(), call.request(), answer).forEach(cache::invalidate);
    }
  }

  private static boolean mayHaveHappened(Outcome outcome) {
    return !(outcome instanceof Outcome.Failed failed)
        || failed.fault() == Outcome.Fault.BACKEND
        || failed.status().getCode() == Status.Code.CANCELLED;
  }
}
