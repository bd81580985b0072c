package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.StoredEvent;

/** Whose events stay in order. */
record Key(String aggregate, String value) {

  static Key of(StoredEvent event) {
    return new Key(event.aggregate(), event.envelope().getKey());
  }
}
