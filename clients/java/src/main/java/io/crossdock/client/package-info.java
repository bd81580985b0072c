/**
 * How a program calls a hub: one channel, generated stubs, and the defaults that the contracts ask
 * for, read from their policy options.
 *
 * <p>What gRPC itself can do is left to it: repeating calls, backing off, the retry budget and the
 * life of the connection are its own, configured by a service config that is compiled from the
 * contracts. Added are what it has no setting for: a deadline that a caller may lengthen, request
 * ids, {@code RetryInfo}, and the span of a call.
 */
@NullMarked
package io.crossdock.client;

import org.jspecify.annotations.NullMarked;
