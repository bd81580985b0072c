package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.StoredEvent;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** How far the consumers are, and which node delivers to them. */
final class Places {

  private static final String FOUND =
      """
      INSERT INTO consumers (consumer, lane, position, owner, fence, lease_until)
      VALUES (?, ?, ?, '', 0, 0) ON CONFLICT (consumer, lane) DO NOTHING
      """;
  private static final String TAKE =
      """
      UPDATE consumers SET owner = ?, fence = fence + 1, lease_until = ?
      WHERE consumer = ? AND lane = ? AND (lease_until <= ? OR owner = ?)
      RETURNING fence, position
      """;
  private static final String DONE =
      "SELECT aggregate, key, event FROM consumer_keys WHERE consumer = ? AND lane = ?";
  private static final String ADVANCE =
      """
      UPDATE consumers SET position = ?, lease_until = ?
      WHERE consumer = ? AND lane = ? AND fence = ?
      """;
  private static final String PRUNE =
      "DELETE FROM consumer_keys WHERE consumer = ? AND lane = ? AND event <= ?";
  private static final String GIVE_UP =
      "UPDATE consumers SET lease_until = 0 WHERE consumer = ? AND lane = ? AND fence = ?";
  private static final String MARK =
      """
      INSERT INTO consumer_keys (consumer, lane, aggregate, key, event)
      SELECT ?, ?, ?, ?, ?
      WHERE EXISTS (SELECT 1 FROM consumers WHERE consumer = ? AND lane = ? AND fence = ?)
      ON CONFLICT (consumer, lane, aggregate, key) DO UPDATE SET event = excluded.event
      WHERE consumer_keys.event < excluded.event
      """;
  private static final String HOLDS =
      "SELECT 1 FROM consumers WHERE consumer = ? AND lane = ? AND fence = ?";

  private final Store store;
  private final Clock clock;
  private final String node;
  private final Duration lease;

  /** What became of the wish to do an effect. */
  enum Mark {
    /** It is to be done now, in this transaction. */
    NEW,
    /** It was done before. */
    DONE,
    /** Somebody else delivers now. */
    FENCED
  }

  /**
   * @param node unique for each start of a process
   * @param lease after which the lane of a node that says nothing is taken over
   */
  Places(Store store, Clock clock, String node, Duration lease) {
    this.store = store;
    this.clock = clock;
    this.node = node;
    this.lease = lease;
  }

  /** Takes a lane that no other node delivers; empty when one does. */
  Optional<Tenure> take(String consumer, Lane lane, long start) {
    return store.write(connection -> {
      PreparedStatement found = Statements.of(connection, FOUND);
      found.setString(1, consumer);
      found.setLong(2, lane.getNumber());
      found.setLong(3, start);
      var _ = found.executeUpdate();
      PreparedStatement take = Statements.of(connection, TAKE);
      take.setString(1, node);
      take.setLong(2, clock.millis() + lease.toMillis());
      take.setString(3, consumer);
      take.setLong(4, lane.getNumber());
      take.setLong(5, clock.millis());
      take.setString(6, node);
      try (ResultSet row = take.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        return Optional.of(
            new Tenure(
                consumer, lane, row.getLong(1), row.getLong(2), done(connection, consumer, lane)));
      }
    });
  }

  /** Notes how far everything was done and holds on to the lane; false when it was lost. */
  boolean advance(Tenure tenure, long position) {
    return store.write(connection -> {
      PreparedStatement advance = Statements.of(connection, ADVANCE);
      advance.setLong(1, position);
      advance.setLong(2, clock.millis() + lease.toMillis());
      identify(advance, 3, tenure);
      if (advance.executeUpdate() == 0) {
        return false;
      }
      PreparedStatement prune = Statements.of(connection, PRUNE);
      prune.setString(1, tenure.consumer());
      prune.setLong(2, tenure.lane().getNumber());
      prune.setLong(3, position);
      var _ = prune.executeUpdate();
      return true;
    });
  }

  /** Lets somebody else deliver at once. */
  void giveUp(Tenure tenure) {
    var _ =
        store.write(connection -> {
          PreparedStatement giveUp = Statements.of(connection, GIVE_UP);
          identify(giveUp, 1, tenure);
          return giveUp.executeUpdate();
        });
  }

  /** Notes that an event is done, within the transaction that does it. */
  static Mark mark(Connection connection, Tenure tenure, StoredEvent event) throws SQLException {
    PreparedStatement mark = Statements.of(connection, MARK);
    mark.setString(1, tenure.consumer());
    mark.setLong(2, tenure.lane().getNumber());
    mark.setString(3, event.aggregate());
    mark.setString(4, event.envelope().getKey());
    mark.setLong(5, event.id());
    identify(mark, 6, tenure);
    if (mark.executeUpdate() == 1) {
      return Mark.NEW;
    }
    return holds(connection, tenure) ? Mark.DONE : Mark.FENCED;
  }

  /** Whether a tenure is still the newest. */
  static boolean holds(Connection connection, Tenure tenure) throws SQLException {
    PreparedStatement holds = Statements.of(connection, HOLDS);
    identify(holds, 1, tenure);
    try (ResultSet row = holds.executeQuery()) {
      return row.next();
    }
  }

  private static Map<Key, Long> done(Connection connection, String consumer, Lane lane)
      throws SQLException {
    Map<Key, Long> done = new HashMap<>();
    PreparedStatement query = Statements.of(connection, DONE);
    query.setString(1, consumer);
    query.setLong(2, lane.getNumber());
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        done.put(new Key(rows.getString(1), rows.getString(2)), rows.getLong(3));
      }
    }
    return done;
  }

  private static void identify(PreparedStatement statement, int from, Tenure tenure)
      throws SQLException {
    statement.setString(from, tenure.consumer());
    statement.setLong(from + 1, tenure.lane().getNumber());
    statement.setLong(from + 2, tenure.fence());
  }
}
