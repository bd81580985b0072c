package io.crossdock.ledger.replay;

import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import java.sql.Connection;
import java.sql.SQLException;

/** Notes of effects within the ledger that were done in replays. */
public final class ReplayedEffects {

  private static final String EXPIRE =
      """
      DELETE FROM replayed_effects WHERE (consumer, event) IN (
        SELECT consumer, event FROM replayed_effects WHERE event < ? LIMIT ?)
      """;
  private static final String HAS =
      "SELECT 1 FROM replayed_effects WHERE consumer = ? AND event = ?";
  private static final String RECORD =
      """
      INSERT INTO replayed_effects (consumer, event) VALUES (?, ?)
      ON CONFLICT (consumer, event) DO NOTHING
      """;

  private static final String REMOVE = "DELETE FROM replayed_effects WHERE consumer = ?";
  private static final String COPY =
      """
      INSERT INTO replayed_effects (consumer, event)
      SELECT ?, event FROM replayed_effects WHERE consumer = ?
      ON CONFLICT (consumer, event) DO NOTHING
      """;

  private final Store store;
  private final EventLog log;

  /** Stands on a ledger. */
  public ReplayedEffects(Store store, EventLog log) {
    this.store = store;
    this.log = log;
  }

  /**
   * Forgets the notes of events that are forgotten, which no replay can find again.
   *
   * @param most how many at once, so that other writes do not wait long
   * @return how many were forgotten
   */
  public int expire(int most) {
    long oldest = log.oldest();
    return store.write(connection -> Sql.update(connection, EXPIRE, oldest, most));
  }

  /** Forgets what was done for a consumer. */
  static void remove(Connection connection, String consumer) throws SQLException {
    var _ = Sql.update(connection, REMOVE, consumer);
  }

  /** Counts what was done for a consumer as done for the one of another name. */
  static void rename(Connection connection, String consumer, String to) throws SQLException {
    var _ = Sql.update(connection, COPY, to, consumer);
    remove(connection, consumer);
  }

  /** Whether a replay has done an event's effect. */
  static boolean has(Connection connection, String consumer, StoredEvent event)
      throws SQLException {
    return Sql.exists(connection, HAS, consumer, event.id());
  }

  /** Records that a replay does an event's effect; false when one has done it. */
  static boolean record(Connection connection, String consumer, StoredEvent event)
      throws SQLException {
    return Sql.update(connection, RECORD, consumer, event.id()) == 1;
  }
}
