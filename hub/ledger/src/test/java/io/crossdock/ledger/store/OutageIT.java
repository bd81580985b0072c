package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.consumer.Effects;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What callers see when the database cannot be used, and that nothing is lost. */
@Timeout(180)
class OutageIT {

  // Longer than any bound of ours; what takes longer hangs.
  private static final Duration NO_HANG = Duration.ofSeconds(20);

  @TempDir Path dir;

  @Test
  void aFullLedgerRefusesAndTakesWritesAgainWhenThereIsRoom() throws Exception {
    SqliteDatabase database = new SqliteDatabase(dir.resolve("ledger"), 1_000_000);
    List<String> acknowledged = new ArrayList<>();

    try (Store store = Store.open(database, 1)) {
      create(store);
      fillUntilRefused(store, acknowledged);

      assertThat(ids(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
      assertUnavailable(() -> put(store, acknowledged));
      var _ = store.write(run("DELETE FROM things"));
      acknowledged.clear();
      put(store, acknowledged);
      assertThat(ids(store)).containsExactlyElementsOf(acknowledged);
    }
  }

  @Test
  void aFullDiskRefusesAndTakesWritesAgainWhenThereIsRoom() throws Exception {
    Path disk = Files.createDirectories(dir.resolve("disk"));
    assumeTrue(
        exec("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()) == 0,
        "a small file system cannot be mounted here");
    List<String> acknowledged = new ArrayList<>();
    try (Store store = Store.open(new SqliteDatabase(disk.resolve("ledger")), 1)) {
      create(store);
      Path other = Files.write(disk.resolve("other"), new byte[1_500_000]);
      fillUntilRefused(store, acknowledged);
      assertUnavailable(() -> put(store, acknowledged));

      Files.delete(other);

      put(store, acknowledged);
      assertThat(ids(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
    } finally {
      assertThat(exec("umount", disk.toString())).isZero();
    }
  }

  @Test
  void aDatabaseThatTakesOnlySmallWritesIsNotCalledWritable() throws Exception {
    List<String> acknowledged = new ArrayList<>();
    try (Store store = Store.open(new SqliteDatabase(dir.resolve("ledger"), 1_500_000), 1)) {
      create(store);
      assertThat(store.isWritable()).isTrue();
      fillUntilRefused(store, acknowledged);

      // Some probes long.
      long end = System.nanoTime() + Duration.ofMillis(700).toNanos();
      while (System.nanoTime() < end) {
        var _ = store.write(run("UPDATE things SET filler = filler"));
        assertThat(store.isWritable()).isFalse();
      }

      var _ = store.write(run("DELETE FROM things"));
      Effects.await("it takes large writes again", store::isWritable);
    }
  }

  @Test
  void aMissingTableIsCalledDamageAndNoFaultOfOurs() throws Exception {
    try (Store store = Store.open(new SqliteDatabase(dir.resolve("ledger")), 1)) {
      Transaction<Long> work = connection -> Sql.number(connection, "SELECT n FROM no_such");

      for (Supplier<Long> call :
          List.<Supplier<Long>>of(() -> store.read(work), () -> store.write(work))) {
        FailureException failure = catchThrowableOfType(FailureException.class, call::get);
        assertThat(failure).isNotNull();
        assertThat(failure.failure().message()).startsWith("The ledger is damaged");
      }
    }
  }

  @Test
  void aLockedDatabaseRefusesAndTakesWritesAgainWhenItIsFree() throws Exception {
    SqliteDatabase database = new SqliteDatabase(dir.resolve("ledger"));
    List<String> acknowledged = new ArrayList<>();
    try (Store store = Store.open(database, 1)) {
      create(store);
      put(store, acknowledged);
    }
    try (Store store = Store.open(database, 1);
        Connection stranger = DriverManager.getConnection("jdbc:sqlite:" + database.file());
        Statement statement = stranger.createStatement()) {
      // Before the store's first write, from which on it has the lock itself.
      statement.execute("BEGIN IMMEDIATE");
      long begun = System.nanoTime();
      List<Future<?>> callers = new ArrayList<>();

      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 20; i++) {
          callers.add(threads.submit(() -> put(store, new ArrayList<>())));
        }
        assertThat(ids(store)).containsExactlyElementsOf(acknowledged);
      }

      assertThat(callers).allMatch(each -> isUnavailable(each.exceptionNow()));
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(NO_HANG);
      statement.execute("ROLLBACK");
      put(store, acknowledged);
      assertThat(ids(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
    }
  }

  @Test
  void postgresqlKilledAndStartedAgainLosesNothingAndIsFoundAgain() throws Exception {
    assumeTrue(
        System.getenv("CROSSDOCK_TEST_POSTGRES") == null,
        "the server of CROSSDOCK_TEST_POSTGRES is not ours to kill");
    Path data = dir.resolve("data");
    int port = freePort();
    EmbeddedPostgres server = start(data, port);
    Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    AtomicLong slowest = new AtomicLong();
    AtomicBoolean stop = new AtomicBoolean();
    String url = server.getJdbcUrl("postgres", "postgres");

    try (Store store = Store.open(new PostgresDatabase(url, "", ""), 2)) {
      create(store);
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 8; i++) {
          var _ =
              callers.submit(() -> {
                while (!stop.get()) {
                  long begun = System.nanoTime();
                  try {
                    put(store, acknowledged);
                  } catch (RuntimeException e) {
                    failures.add(e);
                  }
                  slowest.accumulateAndGet(System.nanoTime() - begun, Math::max);
                }
              });
        }
        await(() -> acknowledged.size() > 200);

        long postmaster =
            Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst());
        assertThat(ProcessHandle.of(postmaster).orElseThrow().destroyForcibly()).isTrue();
        await(() -> failures.size() > 20);
        assertUnavailable(() -> ids(store));
        server.close();
        server = start(data, port);
        int before = acknowledged.size();
        await(() -> acknowledged.size() > before + 200);
        stop.set(true);
      }

      List<String> there = ids(store);
      assertThat(there).containsAll(acknowledged).doesNotHaveDuplicates();
      assertThat(failures).allMatch(OutageIT::isUnavailable);
      assertThat(Duration.ofNanos(slowest.get())).isLessThan(NO_HANG);
    } finally {
      stop.set(true);
      server.close();
    }
  }

  @Test
  void aCutConnectionIsMadeAnew() throws Exception {
    String url = TestLedger.address(Engine.POSTGRESQL, dir);
    List<String> acknowledged = new ArrayList<>();
    try (Store store = Store.open(TestLedger.at(url), 1)) {
      create(store);
      put(store, acknowledged);
      assertThat(ids(store)).hasSize(1);
      try (Connection admin = DriverManager.getConnection(url);
          Statement statement = admin.createStatement()) {
        statement.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
      }

      assertUnavailable(() -> put(store, acknowledged));
      assertUnavailable(() -> ids(store));

      put(store, acknowledged);
      assertThat(ids(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
    }
  }

  @Test
  void aNetworkThatFallsSilentRefusesWritesAndIsFoundAgain() throws Exception {
    String url = TestLedger.address(Engine.POSTGRESQL, dir);
    URI server = URI.create(url.substring("jdbc:".length()));
    List<String> acknowledged = new ArrayList<>();
    try (SilentNetwork network = new SilentNetwork(server.getPort());
        Store store =
            Store.open(
                TestLedger.at(
                    url.replace(
                        server.getHost() + ":" + server.getPort(), "127.0.0.1:" + network.port())),
                1)) {
      create(store);
      put(store, acknowledged);
      network.silent(true);
      long begin = System.nanoTime();

      assertUnavailable(() -> put(store, acknowledged));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(NO_HANG);

      network.silent(false);
      await(() -> {
        try {
          put(store, acknowledged);
          return true;
        } catch (FailureException e) {
          assertThat(isUnavailable(e)).isTrue();
          return false;
        }
      });
      assertThat(ids(store)).containsAll(acknowledged);
    }
  }

  @Test
  void twoNodesThatMeetOnTheSameRowsBothComeThrough() throws Exception {
    Database database = TestLedger.create(Engine.POSTGRESQL, dir);
    List<Future<Integer>> writes = new ArrayList<>();
    try (Store one = Store.open(database, 1);
        Store other = Store.open(database, 1)) {
      var _ = one.write(run("CREATE TABLE sums (name INTEGER PRIMARY KEY, value BIGINT)"));
      var _ = one.write(run("INSERT INTO sums SELECT n, 0 FROM generate_series(0, 9) n"));
      List<Store> nodes = List.of(one, other);

      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 400; i++) {
          Store node = nodes.get(i % 2);
          int row = ThreadLocalRandom.current().nextInt(10);
          writes.add(
              callers.submit(
                  () -> node.write(run("UPDATE sums SET value = value + 1 WHERE name = " + row))));
        }
      }

      assertThat(writes).allMatch(each -> each.state() == Future.State.SUCCESS);
      assertThat(one.read(number("SELECT sum(value) FROM sums"))).isEqualTo(400);
    }
  }

  @Test
  void aNodeThatStandsStillInATransactionHoldsNobodyUp() throws Exception {
    Database database = TestLedger.create(Engine.POSTGRESQL, dir);
    try (Store store = Store.open(database, 1)) {
      var _ = store.write(run("CREATE TABLE sums (name INTEGER PRIMARY KEY, value BIGINT)"));
      var _ = store.write(run("INSERT INTO sums VALUES (1, 0)"));
      try (Connection paused = database.openForWriting();
          Statement statement = paused.createStatement()) {
        statement.executeUpdate("UPDATE sums SET value = 7 WHERE name = 1");

        var _ = store.write(run("UPDATE sums SET value = value + 1 WHERE name = 1"));

        assertThatThrownBy(paused::commit).isInstanceOf(SQLException.class);
      }
      assertThat(store.read(number("SELECT value FROM sums"))).isEqualTo(1);
    }
  }

  private static EmbeddedPostgres start(Path data, int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setPort(port)
        .setServerConfig("fsync", "on")
        .start();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void create(Store store) {
    var _ = store.write(run("CREATE TABLE things (id VARCHAR(36), filler VARCHAR(4000))"));
  }

  private static void fillUntilRefused(Store store, List<String> acknowledged) {
    for (int i = 0; i < 10_000; i++) {
      try {
        put(store, acknowledged);
      } catch (FailureException e) {
        assertThat(isUnavailable(e)).isTrue();
        return;
      }
    }
    throw new AssertionError("never full");
  }

  private static void put(Store store, Collection<String> acknowledged) {
    String id = UUID.randomUUID().toString();
    var _ =
        store.write(connection -> {
          try (PreparedStatement insert =
              connection.prepareStatement("INSERT INTO things (id, filler) VALUES (?, ?)")) {
            insert.setString(1, id);
            insert.setString(2, "x".repeat(3_000));
            return insert.executeUpdate();
          }
        });
    acknowledged.add(id);
  }

  private static List<String> ids(Store store) {
    return store.read(connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT id FROM things")) {
        List<String> ids = new ArrayList<>();
        while (rows.next()) {
          ids.add(rows.getString(1));
        }
        return ids;
      }
    });
  }

  private static Transaction<Integer> run(String sql) {
    return connection -> {
      try (Statement statement = connection.createStatement()) {
        return statement.executeUpdate(sql);
      }
    };
  }

  private static Transaction<Long> number(String sql) {
    return connection -> {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        var _ = rows.next();
        return rows.getLong(1);
      }
    };
  }

  private static void assertUnavailable(Runnable call) {
    assertThatThrownBy(call::run).matches(OutageIT::isUnavailable, "is unavailable");
  }

  private static boolean isUnavailable(Throwable error) {
    return error instanceof FailureException e
        && e.failure().reason() == Reason.REASON_BACKEND_UNAVAILABLE;
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("did not happen within 60 s");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static int exec(String... command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
