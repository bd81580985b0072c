package io.crossdock.ledger.replay;

import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.store.Store;

/** What every replay of a node works with. */
record ReplayContext(
    Store store, EventLog log, Leases leases, Replays replays, DeadLetters deadLetters) {}
