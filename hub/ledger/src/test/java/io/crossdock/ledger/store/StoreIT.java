package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  private static Work<Boolean> both(
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

  private static Work<Integer> insert(String name) {
    return connection -> {
      try (PreparedStatement statement =
          connection.prepareStatement("INSERT INTO things (name) VALUES (?)")) {
        statement.setString(1, name);
        return statement.executeUpdate();
      }
    };
  }

  private static Work<Boolean> run(String sql) {
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
