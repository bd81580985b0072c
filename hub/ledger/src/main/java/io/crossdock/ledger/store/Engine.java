package io.crossdock.ledger.store;

/** The database products that the ledger runs on. */
public enum Engine {
  /** Embedded, in a directory of this machine. */
  SQLITE,
  /** A server that several hub nodes share. */
  POSTGRESQL
}
