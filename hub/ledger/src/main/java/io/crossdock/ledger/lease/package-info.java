/**
 * Work that outlives whoever does it: timers, retries and steps of processes. A node claims work
 * under a lease that it renews while it lives; when it dies, another node claims it. Each claim
 * carries a higher fencing token, and what is written under a lower one is refused, so that a node
 * that was only paused does no harm when it wakes.
 *
 * <p>Outside the ledger no token helps: a call to a backend may be repeated after a takeover and
 * needs an idempotency key made from the work's kind and id.
 */
@NullMarked
package io.crossdock.ledger.lease;

import org.jspecify.annotations.NullMarked;
