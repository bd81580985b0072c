/**
 * Cached answers, bounded by bytes, each with its own time to live; single flight; invalidation by
 * tags.
 *
 * <p>The cache is shared by all event loops and safe for any thread. Guarantees: an answer that was
 * asked before an invalidation is never stored after it; the same question reaches a backend once
 * at a time, on the contract's deadline, whoever asked first; what the contract does not know is
 * never part of a hit.
 *
 * <p>Read first: {@link io.crossdock.gateway.cache.AnswerCache}, {@link
 * io.crossdock.gateway.cache.CachePolicy}, {@link io.crossdock.gateway.cache.SingleFlight}.
 */
@NullMarked
package io.crossdock.gateway.cache;

import org.jspecify.annotations.NullMarked;
