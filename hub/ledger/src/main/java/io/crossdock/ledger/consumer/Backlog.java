package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.position.ConsumerPositions.OfLane;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a consumer has still to do.
 *
 * @param consumer its name
 * @param lane of the events
 * @param waiting events that it wants among the next {@link #MOST} of the lane behind its position;
 *     0 over Kafka
 * @param parked dead letters that are open
 * @param delivering whether some node delivers the lane to it now
 * @param known whether the ledger has a position of it; a removed consumer may have dead letters
 */
public record Backlog(
    String consumer, Lane lane, long waiting, long parked, boolean delivering, boolean known) {

  /** How many events behind a position are looked at. */
  public static final int MOST = 100_000;

  private record Of(String consumer, Lane lane) {}

  /**
   * Of every consumer that was ever seen, on whatever node. Over Kafka only what is to be carried
   * there waits here; how far a group is in a topic, Kafka's own tools tell.
   *
   * @throws FailureException when the ledger cannot be read
   */
  public static List<Backlog> of(Store store, long nowMillis) {
    return store.read(connection -> of(connection, nowMillis));
  }

  private static List<Backlog> of(Connection connection, long nowMillis) throws SQLException {
    Map<Of, Long> parked = new HashMap<>();
    for (DeadLetters.Open each : DeadLetters.open(connection)) {
      parked.put(new Of(each.consumer(), each.lane()), each.count());
    }
    Map<String, Set<String>> types = ConsumerPositions.types(connection);
    List<Backlog> all = new ArrayList<>();
    for (OfLane each : ConsumerPositions.lanes(connection, nowMillis)) {
      Long letters = parked.remove(new Of(each.consumer(), each.lane()));
      all.add(
          new Backlog(
              each.consumer(),
              each.lane(),
              waiting(connection, each, types.getOrDefault(each.consumer(), Set.of())),
              letters == null ? 0 : letters,
              each.delivering(),
              true));
    }
    parked.forEach(
        (of, letters) -> all.add(new Backlog(of.consumer, of.lane, 0, letters, false, false)));
    return all;
  }

  private static long waiting(Connection connection, OfLane of, Set<String> types)
      throws SQLException {
    if (of.position().isEmpty()) {
      return 0;
    }
    return EventLog.countAfter(connection, of.lane(), of.position().getAsLong(), MOST)
        .entrySet()
        .stream()
        .filter(each -> types.isEmpty() || types.contains(each.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
