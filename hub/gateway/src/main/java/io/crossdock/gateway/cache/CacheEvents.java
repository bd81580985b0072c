package io.crossdock.gateway.cache;

import io.crossdock.gateway.pipeline.Call;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;

/** What the span of a call says about the cache. */
final class CacheEvents {

  private static final AttributeKey<String> RESULT =
      AttributeKey.stringKey("crossdock.cache.result");
  private static final AttributeKey<Long> AGE = AttributeKey.longKey("crossdock.cache.age_ms");

  private CacheEvents() {}

  /**
   * Adds an event.
   *
   * @param result {@code hit}, {@code joined} or {@code miss}
   * @param ageNanos time of the answer in the cache, nanoseconds
   */
  static void add(Call call, String result, long ageNanos) {
    if (call.span().isRecording()) {
      call.span().addEvent("cache", Attributes.of(RESULT, result, AGE, ageNanos / 1_000_000));
    }
  }
}
