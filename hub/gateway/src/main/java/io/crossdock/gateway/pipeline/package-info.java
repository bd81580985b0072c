/**
 * What happens to a call between its caller and whoever serves it.
 *
 * <p>A call belongs to one event loop from its first byte to its last; everything in this package
 * that takes a {@link io.crossdock.gateway.pipeline.Call} runs there and must not block. Policies
 * are asked in the order of one list and learn of the outcome in the reverse order, each exactly
 * once if it let the call proceed. Behind them is the exchange, inside its decorators, outermost
 * first. A deadline and a caller that gives up reach whatever has the call at that moment.
 *
 * <p>Read first: {@link io.crossdock.gateway.pipeline.Pipeline}, {@link
 * io.crossdock.gateway.pipeline.Policy}, {@link io.crossdock.gateway.pipeline.Exchange}.
 */
@NullMarked
package io.crossdock.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
