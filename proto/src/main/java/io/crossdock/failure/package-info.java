/**
 * How a call fails: one {@link io.crossdock.failure.Failure} per failed call, with a reason from
 * the contract, turned into {@code google.rpc.Status} and back in one place.
 */
@NullMarked
package io.crossdock.failure;

import org.jspecify.annotations.NullMarked;
