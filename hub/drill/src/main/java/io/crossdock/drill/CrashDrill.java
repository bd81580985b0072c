package io.crossdock.drill;

import io.crossdock.drill.audit.Findings;
import io.crossdock.drill.audit.LedgerAudit;
import io.crossdock.drill.load.Journal;
import io.crossdock.drill.load.WriterPool;
import io.crossdock.drill.process.FaultProxy;
import io.crossdock.drill.process.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Real hubs under load, killed with {@code kill -9} at random times. {@link #run} runs the drill
 * and {@link #audit} checks the ledger, both on one thread. After {@link #close} nothing is running
 * any more, and whatever was started ends when this process does.
 */
public final class CrashDrill implements AutoCloseable {

  private static final Duration UNTIL_READY = Duration.ofMinutes(2);
  private static final Duration UNTIL_PROGRESS = Duration.ofSeconds(60);
  private static final Duration UNTIL_ANSWERED = Duration.ofSeconds(60);
  private static final Duration UNTIL_DELIVERED = Duration.ofMinutes(2);
  private static final Duration UNTIL_STOPPED = Duration.ofSeconds(60);
  private static final long LOOK_MILLIS = 10;
  private static final long LOOK_FOR_DELIVERY_MILLIS = 100;
  // No pause is longer than so many times the average.
  private static final double LONGEST_PAUSE = 3;
  // How often a hub is killed again before it is ready, and about how long that would take.
  private static final double KILLS_AT_START = 0.1;
  private static final Duration START = Duration.ofMillis(1_500);
  private static final int KILLS_WORTH_A_REHEARSAL = 10;
  // One cut in so many rounds of a kill.
  private static final int ROUNDS_PER_CUT = 2;
  private static final String DELIVERED =
      "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM drill_effects)";

  private final DrillSettings settings;
  private final Consumer<String> progress;
  private final RandomGenerator random;
  private final long number;
  private final Path witness;
  private final DrillDatabase database;
  private final DrillBroker broker;
  private final NetworkFaults networkFaults;
  private final List<HubProcess> hubs = new ArrayList<>();
  private final WriterPool load;
  private final List<String> problems = new ArrayList<>();
  private final long begun = System.nanoTime();
  private Duration took = Duration.ZERO;
  private int kills;

  /**
   * Prepares a drill: its directory and its database.
   *
   * @param progress receives a line about the progress now and then
   * @throws IOException if something it needs is missing; the message says what
   */
  public CrashDrill(DrillSettings settings, Consumer<String> progress)
      throws IOException, SQLException, InterruptedException {
    this.settings = settings;
    this.progress = progress;
    this.random = new Random(settings.seed());
    this.number = random.nextLong();
    this.witness = settings.directory().resolve("witness");
    Files.createDirectories(settings.directory());
    Files.writeString(witness, "");
    this.broker = DrillBroker.open(settings, number);
    this.database = DrillDatabase.open(settings);
    List<FaultProxy> proxies = new ArrayList<>(database.proxies());
    proxies.addAll(broker.proxies());
    this.networkFaults =
        new NetworkFaults(settings.cut() ? proxies : List.of(), new Random(random.nextLong()));
    HubLauncher command = HubLauncher.in(settings.directory(), witness);
    if (settings.kills() >= KILLS_WORTH_A_REHEARSAL) {
      progress.accept("recording the start of a hub for the AOT cache");
      command = command.rehearsed();
    }
    for (int i = 0; i < settings.nodes(); i++) {
      String name = "hub-" + (i + 1);
      String ledger = database.configurations().get(i) + broker.configuration();
      Path log = settings.directory().resolve(name + ".log");
      hubs.add(new HubProcess(name, command.of(name, ledger), log));
    }
    this.load =
        new WriterPool(hubs, number, random.nextLong(), settings.writers(), settings.rate());
  }

  /**
   * Starts, kills, waits until everything is delivered, and stops.
   *
   * @throws IOException when a hub does not start, or nothing goes on any more
   */
  public void run() throws IOException, SQLException, InterruptedException {
    for (HubProcess hub : hubs) {
      hub.start();
    }
    load.start();
    int rounds = 0;
    while (kills < settings.kills()) {
      awaitWork();
      pause();
      if (++rounds % ROUNDS_PER_CUT == 1) {
        networkFaults.cutOne();
      }
      killOne();
    }
    networkFaults.close();
    awaitWork();
    show("waiting for the last responses");
    if (!load.stop(UNTIL_ANSWERED)) {
      problems.add("not every request was answered within " + UNTIL_ANSWERED.toSeconds() + " s");
    }
    show("waiting for the last deliveries");
    if (!awaitDelivered()) {
      problems.add("not delivered within " + UNTIL_DELIVERED.toSeconds() + " s");
    }
    for (HubProcess hub : hubs) {
      hub.stop(UNTIL_STOPPED);
    }
    took = Duration.ofNanos(System.nanoTime() - begun);
  }

  /** Audits the ledger after {@link #run}. */
  public CrashReport audit() throws IOException, SQLException {
    show("auditing the ledger");
    List<String> wrong = new ArrayList<>(problems);
    wrong.addAll(load.faults());
    try (Connection connection = database.connect()) {
      Findings findings = LedgerAudit.of(connection, witness, load.journals(), number);
      return new CrashReport(
          settings,
          kills,
          networkFaults.count(),
          load.acknowledged(),
          load.retried(),
          hubs.stream().mapToInt(HubProcess::failedStarts).sum(),
          took,
          findings,
          wrong);
    }
  }

  /** Where the ledger is kept for inspection. */
  public String where() {
    return database.where();
  }

  /** Removes databases and topics from external servers; the directory stays. */
  public void drop() throws IOException, SQLException, InterruptedException {
    database.drop();
    broker.drop();
  }

  @Override
  public void close() {
    load.close();
    hubs.forEach(HubProcess::close);
    networkFaults.close();
    broker.close();
    database.close();
  }

  /** What was sent and promised. */
  List<Journal> journals() {
    return load.journals();
  }

  /** Number of the drill, in all ids. */
  long number() {
    return number;
  }

  /** File of the deliveries. */
  Path witness() {
    return witness;
  }

  /** Waits until all hubs are ready and callers are answered again. */
  private void awaitWork() throws IOException, InterruptedException {
    for (HubProcess hub : hubs) {
      hub.awaitReady(UNTIL_READY);
    }
    long before = load.acknowledged();
    long end = System.nanoTime() + UNTIL_PROGRESS.toNanos();
    while (load.acknowledged() == before) {
      if (System.nanoTime() > end) {
        throw new IOException(
            "nothing was acknowledged for "
                + UNTIL_PROGRESS.toSeconds()
                + " s; failed attempts: "
                + load.retried());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private void pause() throws InterruptedException {
    double times = Math.min(-Math.log(1 - random.nextDouble()), LONGEST_PAUSE);
    TimeUnit.NANOSECONDS.sleep((long) (times * settings.between().toNanos()));
  }

  private void killOne() throws IOException, InterruptedException {
    HubProcess victim = hubs.get(random.nextInt(hubs.size()));
    if (!victim.isAlive()) {
      throw new IOException(victim.name() + " exited unexpectedly. " + victim.lastWords());
    }
    victim.kill();
    kills++;
    victim.start();
    if (kills < settings.kills() && random.nextDouble() < KILLS_AT_START) {
      // While it starts, or goes over what the kill before left.
      TimeUnit.NANOSECONDS.sleep((long) (random.nextDouble() * START.toNanos()));
      victim.kill();
      kills++;
      victim.start();
    }
    show("under load");
  }

  private boolean awaitDelivered() throws IOException, InterruptedException {
    long end = System.nanoTime() + UNTIL_DELIVERED.toNanos();
    while (System.nanoTime() < end) {
      try (Connection connection = database.connect();
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(DELIVERED)) {
        if (row.next()
            && row.getLong(1) <= row.getLong(2)
            && row.getLong(1) <= LedgerAudit.witnessed(witness)) {
          return true;
        }
      } catch (SQLException e) {
        // Busy: looked at again.
      }
      Thread.sleep(LOOK_FOR_DELIVERY_MILLIS);
    }
    return false;
  }

  private void show(String what) {
    progress.accept(
        String.format(
            Locale.ROOT,
            "%3d s  %d of %d kills, %,d writes acknowledged, %s",
            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun),
            kills,
            settings.kills(),
            load.acknowledged(),
            what));
  }
}
