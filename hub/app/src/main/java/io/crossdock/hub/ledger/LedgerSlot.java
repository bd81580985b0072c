package io.crossdock.hub.ledger;

import io.crossdock.ledger.assembly.HubLedger;
import java.util.Optional;

/**
 * Where the hub's ledger is once it is open; empty in a hub without one, and while it cannot be
 * reached. Closes the ledger. Any thread.
 */
public final class LedgerSlot implements AutoCloseable {

  private volatile Optional<HubLedger> ledger = Optional.empty();

  /** The open ledger. */
  public Optional<HubLedger> ledger() {
    return ledger;
  }

  /** Takes the ledger over. */
  void set(HubLedger open) {
    ledger = Optional.of(open);
  }

  /** Closes the ledger, so that it can be opened again. */
  void empty() {
    ledger.ifPresent(HubLedger::close);
    ledger = Optional.empty();
  }

  @Override
  public void close() {
    empty();
  }
}
