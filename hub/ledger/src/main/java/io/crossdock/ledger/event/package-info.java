/**
 * The log of business events: what has happened, in order per key, from the catalogue of contracts.
 *
 * <p>Every event has an id that grows in the order in which events became visible, on both engines,
 * so that a reader that goes on after the last id it saw misses nothing. SQLite has one writer. On
 * PostgreSQL a transaction that appends holds one advisory lock until its end; polling by id
 * without it loses events, and ordering by transaction id would turn events of one key around (see
 * decision 0011).
 */
@NullMarked
package io.crossdock.ledger.event;

import org.jspecify.annotations.NullMarked;
