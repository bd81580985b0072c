package io.crossdock.bench.ledger;

import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.LedgerException;
import io.crossdock.ledger.store.Store;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** An open ledger that counts its rounds of group commit. */
final class Ledger implements AutoCloseable {

  private static final int READERS = 4;

  private final Store store;
  private final EventLog log;
  private final AtomicLong rounds = new AtomicLong();

  private Ledger(Store store, EventCatalogue catalogue) {
    this.store = store;
    this.log = new EventLog(store, catalogue, Clock.systemUTC());
    store.onTransaction(rounds::incrementAndGet);
  }

  static Ledger open(Database database, EventCatalogue catalogue) throws LedgerException {
    return new Ledger(Store.open(database, READERS), catalogue);
  }

  Store store() {
    return store;
  }

  EventLog log() {
    return log;
  }

  /** Transactions committed since it was opened. */
  long rounds() {
    return rounds.get();
  }

  @Override
  public void close() {
    store.close();
  }
}
