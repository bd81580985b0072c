/**
 * The database under the ledger: embedded SQLite on one machine, PostgreSQL for several hub nodes.
 *
 * <p>JDBC is touched only by threads that belong to the store, each with a connection of its own.
 * Callers hand over a piece of work and wait, so that a virtual thread is never interrupted inside
 * a driver and never waits for a connection. Writes that come at the same time share one
 * transaction and one flush to the disk; nobody is told "done" before that flush.
 */
@NullMarked
package io.crossdock.ledger.store;

import org.jspecify.annotations.NullMarked;
