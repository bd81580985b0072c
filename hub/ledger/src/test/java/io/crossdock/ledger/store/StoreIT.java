package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(120)
class StoreIT {

  private final Engine engine;
  @TempDir Path dir;
  private Database database;
  private Store store;

  StoreIT(Engine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws Exception {
    database = TestLedger.create(engine, dir);
    store = Store.open(database, 2);
    var _ = store.write(run("CREATE TABLE things (name VARCHAR(80) PRIMARY KEY)"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatWasWrittenIsReadAndOutlivesTheProcess() throws Exception {
    var _ = store.write(insert("a"));
    assertThat(store.read(StoreIT::count)).isEqualTo(1);

    store.close();
    store = Store.open(database, 1);

    assertThat(store.read(StoreIT::count)).isEqualTo(1);
  }

  @Test
  void aFailingWriteUndoesOnlyItself() throws Exception {
    var _ = store.write(insert("taken"));
    List<Future<Integer>> results = new ArrayList<>();

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        String name = i % 10 == 0 ? "taken" : "n" + i;
        results.add(callers.submit(() -> store.write(insert(name))));
      }
    }

    assertThat(results.stream().filter(each -> each.state() == Future.State.FAILED)).hasSize(20);
    assertThat(store.read(StoreIT::count)).isEqualTo(1 + 180);
  }

  @Test
  void aProgrammingMistakeFailsOnlyItsCaller() {
    assertThatThrownBy(() ->
            store.write(_ -> {
              throw new IllegalArgumentException("mine");
            }))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(store.write(insert("b"))).isEqualTo(1);
  }

  @Test
  void writersShareTransactions() throws Exception {
    var _ = store.write(run("CREATE TABLE commits (tx BIGINT)"));
    List<Connection> used = java.util.Collections.synchronizedList(new ArrayList<>());

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 500; i++) {
        String name = "s" + i;
        var _ =
            callers.submit(() ->
                store.write(connection -> {
                  used.add(connection);
                  return insert(name).in(connection);
                }));
      }
    }

    assertThat(used).doesNotContainNull();
    assertThat(used.stream().distinct()).hasSize(1);
    assertThat(store.read(StoreIT::count)).isEqualTo(500);
  }

  @Test
  void sharedWorkIsDoneForManyAtOnceAndEachGetsItsOwnAnswer() throws Exception {
    List<Integer> sizes = java.util.Collections.synchronizedList(new ArrayList<>());
    BatchedTransaction<String, String> inserts =
        (connection, names) -> {
          sizes.add(names.size());
          for (String name : names) {
            var _ = insert(name).in(connection);
          }
          return names.stream().map(name -> "did " + name).toList();
        };
    List<Future<String>> answers = new ArrayList<>();

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      holdTheWriter(
          callers,
          () -> {
            for (int i = 0; i < 100; i++) {
              String name = "s" + i;
              answers.add(callers.submit(() -> store.write(inserts, name)));
            }
          });
    }

    for (int i = 0; i < 100; i++) {
      assertThat(answers.get(i).get()).isEqualTo("did s" + i);
    }
    assertThat(sizes).hasSizeLessThan(100);
    assertThat(store.read(StoreIT::count)).isEqualTo(100);
  }

  @Test
  void whoFailsSharedWorkFailsAlone() throws Exception {
    var _ = store.write(insert("taken"));
    BatchedTransaction<String, Integer> inserts =
        (connection, names) -> {
          List<Integer> done = new ArrayList<>();
          for (String name : names) {
            if (name.equals("mistake")) {
              throw new IllegalArgumentException("mine");
            }
            done.add(insert(name).in(connection));
          }
          return done;
        };
    List<Future<Integer>> results = new ArrayList<>();

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      holdTheWriter(
          callers,
          () -> {
            for (int i = 0; i < 60; i++) {
              String name = i == 20 ? "taken" : i == 40 ? "mistake" : "n" + i;
              results.add(callers.submit(() -> store.write(inserts, name)));
            }
          });
    }

    assertThat(results.get(20).exceptionNow()).hasRootCauseInstanceOf(SQLException.class);
    assertThat(results.get(40).exceptionNow()).isInstanceOf(IllegalArgumentException.class);
    assertThat(results.stream().filter(each -> each.state() == Future.State.SUCCESS)).hasSize(58);
    assertThat(store.read(StoreIT::count)).isEqualTo(1 + 58);
  }

  @Test
  void aSecondProcessIsTurnedAwayFromTheDirectory() {
    if (engine == Engine.SQLITE) {
      SqliteDatabase same = new SqliteDatabase(((SqliteDatabase) database).directory());

      assertThatThrownBy(() -> Store.open(same, 1))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("in use by another process");
    }
  }

  @Test
  void twoNodesThatBlockEachOtherBothComeThrough() throws Exception {
    if (engine == Engine.SQLITE) {
      return;
    }
    var _ = store.write(insert("a"));
    var _ = store.write(insert("b"));
    CountDownLatch bothHaveOne = new CountDownLatch(2);
    List<String> trail = java.util.Collections.synchronizedList(new ArrayList<>());

    try (Store other = Store.open(database, 1);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> first = callers.submit(() -> store.write(both("a", "b", bothHaveOne, trail)));
      Future<Boolean> second =
          callers.submit(() -> other.write(both("b", "a", bothHaveOne, trail)));
      assertThat(first.get()).isTrue();
      assertThat(second.get()).isTrue();
    }

    assertThat(trail).as("who was refused was run again").hasSizeGreaterThan(2);
  }

  @Test
  void aNewerLedgerIsRefused() {
    store.close();
    assertThatThrownBy(
            () -> {
              try (Connection connection = database.openForWriting();
                  Statement statement = connection.createStatement()) {
                statement.execute(
                    "INSERT INTO flyway_schema_history (installed_rank, version, description, type,"
                        + " script, checksum, installed_by, execution_time, success) VALUES (99,"
                        + " '999', 'future', 'SQL', 'V999__future.sql', 1, 'x', 1, "
                        + (engine == Engine.SQLITE ? "1" : "true")
                        + ")");
                connection.commit();
              }
              Store.open(database, 1).close();
            })
        .isInstanceOf(LedgerException.class)
        .hasMessageContaining("the ledger has version 999");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefusedAndKept() throws Exception {
    if (engine == Engine.SQLITE) {
      Path broken = Files.createDirectories(dir.resolve("broken"));
      byte[] garbage =
          "this was a ledger once ".repeat(400).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      Files.write(broken.resolve("ledger.db"), garbage);

      assertThatThrownBy(() -> Store.open(new SqliteDatabase(broken), 1))
          .isInstanceOf(LedgerException.class)
          .hasMessageContaining("is damaged");
      assertThat(Files.readAllBytes(broken.resolve("ledger.db"))).isEqualTo(garbage);
    }
  }

  /** Lets callers hand over while the writer is busy, so that they share its next transaction. */
  private void holdTheWriter(ExecutorService callers, Runnable handingOver) throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Future<Boolean> first =
        callers.submit(() ->
            store.write(_ -> {
              busy.countDown();
              return Uninterruptibles.awaitUninterruptibly(go, 20, TimeUnit.SECONDS);
            }));
    busy.await();
    handingOver.run();
    go.countDown();
    assertThat(first.get()).isTrue();
  }

  private static Transaction<Boolean> both(
      String one, String two, CountDownLatch bothHaveOne, List<String> trail) {
    return connection -> {
      trail.add(one);
      try (PreparedStatement touch =
          connection.prepareStatement("UPDATE things SET name = name WHERE name = ?")) {
        touch.setString(1, one);
        var _ = touch.executeUpdate();
        bothHaveOne.countDown();
        bothHaveOne.await();
        touch.setString(1, two);
        var _ = touch.executeUpdate();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return true;
    };
  }

  private static Transaction<Integer> insert(String name) {
    return connection -> {
      try (PreparedStatement statement =
          connection.prepareStatement("INSERT INTO things (name) VALUES (?)")) {
        statement.setString(1, name);
        return statement.executeUpdate();
      }
    };
  }

  private static Transaction<Boolean> run(String sql) {
    return connection -> {
      try (Statement statement = connection.createStatement()) {
        return statement.execute(sql);
      }
    };
  }

  private static Integer count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM things")) {
      var _ = rows.next();
      return rows.getInt(1);
    }
  }
}
