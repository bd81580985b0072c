package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.StoredEvent;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * What a consumer does with an event. A failure whose code is {@code UNAVAILABLE} or the like says
 * that the other side is ill, and is tried again until it is well; any other says that the event
 * is, and after some attempts the event goes to the dead letters.
 */
public sealed interface Effect {

  /** Changes the ledger: exactly once, whatever happens. Must be quick, see {@code Transaction}. */
  @FunctionalInterface
  non-sealed interface InLedger extends Effect {

    /** Does it within the transaction that notes it as done. */
    void apply(Connection connection, StoredEvent event) throws SQLException;
  }

  /**
   * Calls someone outside: at least once. The event's id goes along as the request id, so that the
   * other side can tell a repetition.
   */
  @FunctionalInterface
  non-sealed interface Outward extends Effect {

    /** Does it. */
    void apply(StoredEvent event) throws Exception;
  }
}
