/**
 * How old an answer is: what its source says of it, what the hub's cache adds, and the bytes that
 * state both to the caller.
 *
 * <p>Nothing here makes an answer fresher or younger than its source says. The decorator sits
 * inside the single flight and outside everything that may produce an answer, so that each answer
 * is read once, before it is stored. Runs on the call's event loop.
 *
 * <p>Read first: {@link io.crossdock.gateway.freshness.FreshnessDecorator}, {@link
 * io.crossdock.gateway.freshness.AnswerFreshness}, {@link
 * io.crossdock.gateway.operation.AnswerFields}.
 */
@NullMarked
package io.crossdock.gateway.freshness;

import org.jspecify.annotations.NullMarked;
