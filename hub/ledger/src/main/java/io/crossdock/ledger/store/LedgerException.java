package io.crossdock.ledger.store;

/** A ledger that cannot be opened; the message says what an operator has to do. */
public final class LedgerException extends Exception {

  private static final long serialVersionUID = 1;

  LedgerException(String message) {
    super(message);
  }

  LedgerException(String message, Throwable cause) {
    super(message, cause);
  }
}
