package io.crossdock.drill;

import io.crossdock.ledger.store.Engine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * What a drill does.
 *
 * @param kills how many, 0 or more
 * @param between time under load between being ready and the next kill, on average
 * @param engine of the ledger
 * @param nodes how many hubs; more than one on PostgreSQL only
 * @param postgres JDBC address of a PostgreSQL where databases may be made; empty starts one
 * @param kafka addresses of a Kafka cluster that delivers the events; empty delivers them without
 * @param kafkaProxy port of this machine that the Kafka broker says it is at; the drill proxies it
 *     to the broker and may interrupt it. 0 lets hubs call the broker directly.
 * @param cut whether the network to database and broker is cut now and then
 * @param writers how many callers at the same time
 * @param rate calls per second, all of them together
 * @param seed of everything that is left to chance, but not of when it happens
 * @param directory of the ledger, the logs and what the witness writes; made if it does not exist
 */
public record DrillSettings(
    int kills,
    Duration between,
    Engine engine,
    int nodes,
    String postgres,
    String kafka,
    int kafkaProxy,
    boolean cut,
    int writers,
    double rate,
    long seed,
    Path directory) {

  /** Most kills of a drill. */
  public static final int MOST_KILLS = 100_000;

  /** Most hubs of a drill. */
  public static final int MOST_NODES = 8;

  private static final int MOST_WRITERS = 1_000;
  private static final int MOST_PORT = 65_535;
  private static final Pattern BROKER = Pattern.compile("[^:,]+:[0-9]{1,5}");

  public DrillSettings {
    directory = directory.toAbsolutePath();
    check("kills", kills, 0, MOST_KILLS);
    check("nodes", nodes, 1, MOST_NODES);
    check("writers", writers, 1, MOST_WRITERS);
    if (!(rate > 0)) {
      throw new IllegalArgumentException("rate: " + rate + " (expected: more than 0)");
    }
    if (between.isNegative()) {
      throw new IllegalArgumentException("seconds-between: less than 0 (expected: 0 or more)");
    }
    if (engine == Engine.SQLITE && nodes > 1) {
      throw new IllegalArgumentException(
          "nodes: " + nodes + " (expected: 1, because a SQLite ledger belongs to one process)");
    }
    if (engine == Engine.SQLITE && !postgres.isEmpty()) {
      throw new IllegalArgumentException("postgres: requires --store postgresql");
    }
    check("kafka-proxy", kafkaProxy, 0, MOST_PORT);
    if (kafkaProxy > 0 && !BROKER.matcher(kafka).matches()) {
      throw new IllegalArgumentException(
          "kafka-bootstrap: " + kafka + " (expected: HOST:PORT of one broker, with --kafka-proxy)");
    }
    if (engine == Engine.SQLITE && cut && kafkaProxy == 0) {
      throw new IllegalArgumentException("cut: requires a network, which SQLite does not have");
    }
  }

  private static void check(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + least + ".." + most + ")");
    }
  }
}
