package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.Store;
import io.crossdock.policy.v1.Lane;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a consumer has still to do.
 *
 * @param consumer its name
 * @param lane of the events
 * @param waiting events of the lane behind its position, {@link #MOST} when there are more; over
 *     Kafka, where each partition has a position, behind the one that is furthest
 * @param parked dead letters that are open
 */
public record Backlog(String consumer, Lane lane, long waiting, long parked) {

  /** Up to how many waiting events are counted. */
  public static final int MOST = 100_000;

  private record Of(String consumer, Lane lane) {}

  /**
   * Of every consumer that was ever seen, on whatever node. Over Kafka only what is to be carried
   * there waits here; how far a group is in a topic, Kafka's own tools tell.
   *
   * @throws FailureException when the ledger cannot be read
   */
  public static List<Backlog> of(Store store) {
    return store.read(connection -> {
      Map<Of, Long> waiting = new LinkedHashMap<>();
      for (ConsumerPositions.InLog each : ConsumerPositions.inLog(connection)) {
        waiting.put(
            new Of(each.consumer(), each.lane()),
            EventLog.countAfter(connection, each.lane(), each.position(), MOST));
      }
      Map<Of, Long> parked = new HashMap<>();
      for (DeadLetters.Open each : DeadLetters.open(connection)) {
        parked.put(new Of(each.consumer(), each.lane()), each.count());
      }
      Set<Of> all = new LinkedHashSet<>(waiting.keySet());
      all.addAll(parked.keySet());
      return all.stream()
          .map(of ->
              new Backlog(
                  of.consumer, of.lane, waiting.getOrDefault(of, 0L), parked.getOrDefault(of, 0L)))
          .toList();
    });
  }
}
