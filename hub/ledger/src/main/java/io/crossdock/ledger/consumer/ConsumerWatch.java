package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds what the consumers have still to do, and says what nobody reads: lanes
 * with a position that no hub delivers to, and events that no consumer wants.
 */
public final class ConsumerWatch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConsumerWatch.class);
  private static final Duration PACE = Duration.ofSeconds(5);
  // A hub that restarts leaves its lanes alone for a while.
  private static final int LOOKS_ALONE = 3;

  private final Store store;
  private final EventLog log;
  private final Clock clock;
  private final Duration pace;
  private final BackgroundLoop loop = BackgroundLoop.of("consumer-watch", this::step);
  private volatile List<Backlog> backlogs = List.of();
  private volatile Set<Lane> unattended = Set.of();
  private volatile Map<String, Long> unwanted = Map.of();
  // Only for the loop.
  private final Map<Lane, Integer> alone = new TreeMap<>();
  private final Set<String> toldTypes = new HashSet<>();

  /** A lane of a consumer. */
  public record Lane(String consumer, io.crossdock.policy.v1.Lane lane)
      implements Comparable<Lane> {

    @Override
    public int compareTo(Lane other) {
      int order = consumer.compareTo(other.consumer);
      return order != 0 ? order : lane.compareTo(other.lane);
    }
  }

  private ConsumerWatch(Store store, EventLog log, Clock clock, Duration pace) {
    this.store = store;
    this.log = log;
    this.clock = clock;
    this.pace = pace;
  }

  /** Begins to look. */
  public static ConsumerWatch start(Store store, EventLog log, Clock clock) {
    return start(store, log, clock, PACE);
  }

  static ConsumerWatch start(Store store, EventLog log, Clock clock, Duration pace) {
    ConsumerWatch watch = new ConsumerWatch(store, log, clock, pace);
    watch.loop.start();
    return watch;
  }

  /** What the consumers have still to do. */
  public List<Backlog> backlogs() {
    return backlogs;
  }

  /** The lanes that no hub delivers to, though the ledger has a position in them. */
  public Set<Lane> unattended() {
    return unattended;
  }

  /** How many events this process has appended that no consumer wants, by their type. */
  public Map<String, Long> unwanted() {
    return unwanted;
  }

  /** Whether somebody has so much to do that it is not even counted. */
  public boolean isFarBehind() {
    return backlogs.stream().anyMatch(each -> each.waiting() >= Backlog.MOST);
  }

  @Override
  public void close() {
    loop.close();
  }

  private Duration step() {
    try {
      List<Backlog> now = Backlog.of(store, clock.millis());
      Map<String, Set<String>> types = store.read(ConsumerPositions::types);
      lookForUnattended(now);
      lookForUnwanted(now, types);
      backlogs = now;
    } catch (FailureException e) {
      // The ledger is out, which others tell; the figures stay as they were last seen.
    }
    return pace;
  }

  private void lookForUnattended(List<Backlog> now) {
    Set<Lane> here = new TreeSet<>();
    for (Backlog each : now) {
      Lane lane = new Lane(each.consumer(), each.lane());
      if (!each.known() || each.delivering() || each.consumer().equals(ConsumerPositions.RELAY)) {
        alone.remove(lane);
        continue;
      }
      int looks = alone.merge(lane, 1, Integer::sum);
      if (looks >= LOOKS_ALONE) {
        here.add(lane);
      }
      if (looks == LOOKS_ALONE) {
        LOG.atWarn()
            .addKeyValue(LogKeys.CONSUMER, each.consumer())
            .addKeyValue(LogKeys.LANE, each.lane())
            .addKeyValue(LogKeys.COUNT, each.waiting())
            .log(
                "no hub delivers to this consumer, and its events are kept: configure it, or ctl"
                    + " consumers remove or rename it");
      }
    }
    alone
        .keySet()
        .removeIf(lane ->
            now.stream()
                .noneMatch(
                    each -> each.consumer().equals(lane.consumer()) && each.lane() == lane.lane()));
    unattended = Set.copyOf(here);
  }

  private void lookForUnwanted(List<Backlog> now, Map<String, Set<String>> types) {
    Set<String> wanted = new HashSet<>();
    boolean all = false;
    for (Backlog each : now) {
      if (each.known() && !each.consumer().equals(ConsumerPositions.RELAY)) {
        Set<String> its = types.getOrDefault(each.consumer(), Set.of());
        all |= its.isEmpty();
        wanted.addAll(its);
      }
    }
    Map<String, Long> nobody = new TreeMap<>(all ? Map.of() : log.appendedByType());
    nobody.keySet().removeAll(wanted);
    for (Map.Entry<String, Long> each : nobody.entrySet()) {
      if (toldTypes.add(each.getKey())) {
        LOG.atInfo()
            .addKeyValue(LogKeys.EVENT_TYPE, each.getKey())
            .log("no consumer wants events of this type; they can be pulled and replayed");
      }
    }
    unwanted = Map.copyOf(nobody);
  }
}
