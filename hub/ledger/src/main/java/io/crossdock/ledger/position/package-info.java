/**
 * How far each consumer is, and which node delivers to it: one row for each consumer, lane and
 * partition, held under a lease with an epoch, so that a node that was taken over cannot write.
 */
@NullMarked
package io.crossdock.ledger.position;

import org.jspecify.annotations.NullMarked;
