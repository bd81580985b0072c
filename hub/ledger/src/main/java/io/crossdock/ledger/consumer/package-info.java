/**
 * Delivery of events to consumers within the hub: at least once, in order per key, many keys at the
 * same time, each lane by a worker of its own.
 *
 * <p>A consumer's place in a lane is durable and belongs to one node at a time (a lease with a
 * fencing token). An effect within the ledger is done exactly once, because it shares its
 * transaction with the note that it was done. What a consumer cannot take goes to the dead letters
 * with whatever follows of the same key; all other keys go on.
 */
@NullMarked
package io.crossdock.ledger.consumer;

import org.jspecify.annotations.NullMarked;
