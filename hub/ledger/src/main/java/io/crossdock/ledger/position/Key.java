package io.crossdock.ledger.position;

import io.crossdock.ledger.event.StoredEvent;

/** Whose events stay in order. */
public record Key(String aggregate, String value) {

  /** Of an event. */
  public static Key of(StoredEvent event) {
    return new Key(event.aggregate(), event.envelope().getKey());
  }
}
