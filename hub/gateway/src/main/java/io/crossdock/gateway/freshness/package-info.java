/**
 * How old an answer is: what its source says of it, what the hub's cache adds, and the bytes that
 * state both to the caller.
 */
@NullMarked
package io.crossdock.gateway.freshness;

import org.jspecify.annotations.NullMarked;
