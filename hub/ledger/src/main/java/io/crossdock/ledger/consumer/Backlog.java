package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a consumer has still to do.
 *
 * @param consumer its name
 * @param lane of the events
 * @param waiting events of the lane behind its place, {@link #MOST} when there are more; over
 *     Kafka, where each partition has a place, behind the one that is furthest
 * @param sick events in the dead letters that are open
 */
public record Backlog(String consumer, Lane lane, long waiting, long sick) {

  /** Up to how many waiting events are counted. */
  public static final int MOST = 100_000;

  private static final String WAITING =
      """
      SELECT c.consumer, c.lane, (SELECT count(*) FROM (SELECT 1 FROM events e
        WHERE e.lane = c.lane AND e.id > c.position LIMIT ?) AS waiting)
      FROM consumers c WHERE c.partition = -1 AND c.owner <> 'kafka'
      """;
  private static final String SICK =
      """
      SELECT consumer, lane, count(*) FROM dead_letters
      WHERE status IN ('WAITING', 'RELEASED', 'BEHIND') GROUP BY consumer, lane
      """;

  private record Of(String consumer, Lane lane) {}

  /**
   * Of every consumer that was ever seen, on whatever node. Over Kafka only what is to be carried
   * there waits here; how far a group is in a topic, Kafka's own tools tell.
   *
   * @throws FailureException when the ledger cannot be read
   */
  public static List<Backlog> of(Store store) {
    return store.read(connection -> {
      Map<Of, Long> waiting = count(connection, WAITING, true);
      Map<Of, Long> sick = count(connection, SICK, false);
      Set<Of> all = new LinkedHashSet<>(waiting.keySet());
      all.addAll(sick.keySet());
      return all.stream()
          .map(of ->
              new Backlog(
                  of.consumer, of.lane, waiting.getOrDefault(of, 0L), sick.getOrDefault(of, 0L)))
          .toList();
    });
  }

  private static Map<Of, Long> count(Connection connection, String sql, boolean bounded)
      throws SQLException {
    Map<Of, Long> counts = new HashMap<>();
    PreparedStatement query = Statements.of(connection, sql);
    if (bounded) {
      query.setInt(1, MOST);
    }
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        Lane lane = Lane.forNumber(rows.getInt(2));
        counts.put(
            new Of(rows.getString(1), lane == null ? Lane.LANE_UNSPECIFIED : lane),
            rows.getLong(3));
      }
    }
    return counts;
  }
}
