package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/**
 * What a consumer has still to do.
 *
 * @param consumer its name
 * @param lane of the events
 * @param waiting events of the lane behind its place, {@link #MOST} when there are more; over
 *     Kafka, where each partition has a place, behind the one that is furthest
 * @param sick events in the hospital that are open
 */
public record Backlog(String consumer, Lane lane, long waiting, long sick) {

  /** Up to how many waiting events are counted. */
  public static final int MOST = 100_000;

  private static final String QUERY =
      """
      SELECT c.consumer, c.lane,
        (SELECT count(*) FROM (SELECT 1 FROM events e
           WHERE e.lane = c.lane AND e.id > coalesce(
             (SELECT max(p.position) FROM consumers p WHERE p.consumer = c.consumer
                AND p.lane = c.lane AND p.partition >= 0), c.position) LIMIT ?) AS w),
        (SELECT count(*) FROM dead_letters d WHERE d.consumer = c.consumer AND d.lane = c.lane
           AND d.status IN ('WAITING', 'RELEASED', 'BEHIND'))
      FROM consumers c WHERE c.partition = -1
      """;

  /**
   * Of every consumer that was ever seen, on whatever node.
   *
   * @throws FailureException when the ledger cannot be read
   */
  public static List<Backlog> of(Store store) {
    return store.read(connection -> {
      List<Backlog> backlogs = new ArrayList<>();
      try (PreparedStatement query = connection.prepareStatement(QUERY)) {
        query.setInt(1, MOST);
        try (ResultSet rows = query.executeQuery()) {
          while (rows.next()) {
            Lane lane = Lane.forNumber(rows.getInt(2));
            backlogs.add(
                new Backlog(
                    rows.getString(1),
                    lane == null ? Lane.LANE_UNSPECIFIED : lane,
                    rows.getLong(3),
                    rows.getLong(4)));
          }
        }
      }
      return backlogs;
    });
  }
}
