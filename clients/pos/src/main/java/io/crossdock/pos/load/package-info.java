/**
 * Load on a hub, as tills make it.
 *
 * <p>With a rate, calls are due at fixed times whatever the hub does, and their latency is counted
 * from the time they were due: a call that had to wait behind a stall counts its wait (the
 * measurement is free of coordinated omission). Without a rate, each of a fixed number of callers
 * asks again as soon as it was answered; that tells the most a hub can do, and nothing about
 * waiting.
 */
@NullMarked
package io.crossdock.pos.load;

import org.jspecify.annotations.NullMarked;
