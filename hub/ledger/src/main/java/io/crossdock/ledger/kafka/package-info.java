/**
 * The way of events over Apache Kafka: a topic for each lane, a record for each event of the log,
 * in the log's order within a partition, each with its id in the log.
 *
 * <p>What is written here keeps one promise that the readers rely on: leaving out repetitions, the
 * ids of a partition grow and none is missing. A producer has one request under way, never gives up
 * a record by itself, and ends for good with the first record that Kafka refuses; the next one
 * begins before it. So a reader may drop every id that is not greater than the last one it read.
 *
 * <p>No class outside of this package sees Kafka's, and none of them is loaded where Kafka is not
 * configured.
 */
@NullMarked
package io.crossdock.ledger.kafka;

import org.jspecify.annotations.NullMarked;
