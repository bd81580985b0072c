package io.crossdock.ledger.store;

import io.crossdock.failure.FailureException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the rows of a table against their checksums, some at a time. A page of the database that
 * cannot be read is a finding, and the rows behind it are checked all the same. For one thread.
 */
public final class RowCheck {

  private static final int PAGE = 500;

  private final String what;
  private final String page;
  private final @Nullable String newest;
  private final Check check;
  private long rows;
  private long unchecked;

  /** How a row is. */
  public enum State {
    /** It agrees with its checksum. */
    INTACT,
    /** It does not. */
    CHANGED,
    /** It has none, because it is older. */
    WITHOUT_CHECKSUM
  }

  /** Looks at one row. */
  @FunctionalInterface
  public interface Check {

    /** How the row is that the cursor is on. */
    State of(ResultSet row) throws SQLException;
  }

  private record Row(long number, String operation, String requestId, State state) {}

  private RowCheck(String what, String page, @Nullable String newest, Check check) {
    this.what = what;
    this.page = page;
    this.newest = newest;
    this.check = check;
  }

  /**
   * Of a table with numbered rows.
   *
   * @param what a row is called
   * @param page reads some rows: the number is their first column, the arguments are a number after
   *     which to begin and how many
   * @param newest reads the highest number
   */
  public static RowCheck byNumber(String what, String page, String newest, Check check) {
    return new RowCheck(what, page, newest, check);
  }

  /**
   * Of a table whose rows belong to an operation and a request id.
   *
   * @param page reads some rows: operation and request id are their first columns, the arguments
   *     are the same of the row after which to begin and how many
   */
  public static RowCheck byRequest(String what, String page, Check check) {
    return new RowCheck(what, page, null, check);
  }

  /** How a row is whose last column is its checksum. */
  public static State state(ResultSet row, int column, long expected) throws SQLException {
    long checksum = row.getLong(column);
    if (row.wasNull()) {
      return State.WITHOUT_CHECKSUM;
    }
    return checksum == expected ? State.INTACT : State.CHANGED;
  }

  /** The same for tables from before there were checksums: every row counts as unchecked. */
  public RowCheck ofVersion(long version) {
    return version >= Checksum.SINCE
        ? this
        : new RowCheck(what, page.replace("checksum", "NULL"), newest, check);
  }

  /** Checks all rows. */
  public void run(LedgerReader reader, Findings findings) {
    findings.attempt(
        what + "s",
        () -> {
          if (newest == null) {
            byRequest(reader, findings);
          } else {
            byNumber(reader, findings, newest);
          }
        });
  }

  /** How many rows were seen. */
  public long rows() {
    return rows;
  }

  /** How many of them have no checksum. */
  public long unchecked() {
    return unchecked;
  }

  private void byRequest(LedgerReader reader, Findings findings) throws SQLException {
    Row last = new Row(0, "", "", State.INTACT);
    for (List<Row> seen = List.of(last); !seen.isEmpty(); ) {
      Row after = last;
      seen =
          reader.read(connection ->
              Sql.list(
                  connection,
                  page,
                  row -> new Row(0, row.getString(1), row.getString(2), check.of(row)),
                  after.operation,
                  after.requestId,
                  PAGE));
      for (Row row : seen) {
        count(row, row.operation + " " + row.requestId, findings);
        last = row;
      }
    }
  }

  private void byNumber(LedgerReader reader, Findings findings, String highest)
      throws SQLException {
    long after = Long.MIN_VALUE;
    long unreadable = 0;
    long skip = 0;
    // So many rows are read one by one, to get as near as possible to the one that cannot be read.
    int single = 0;
    while (true) {
      List<Row> seen;
      try {
        seen = rows(reader, after, single > 0 ? 1 : PAGE);
      } catch (SQLException | FailureException | IllegalStateException e) {
        if (single == 0) {
          single = PAGE;
          continue;
        }
        unreadable = skip == 0 ? Math.max(1, after + 1) : unreadable;
        skip = Math.max(1, 2 * skip);
        after = Math.max(0, after) + skip;
        if (after >= reader.<Long>read(connection -> Sql.number(connection, highest))) {
          findings.unreadable(
              what + "s from number " + unreadable + " on cannot be read: " + Findings.reason(e));
          return;
        }
        continue;
      }
      if (skip > 0) {
        findings.unreadable(what + "s " + unreadable + " to " + after + " cannot be read");
        skip = 0;
      }
      for (Row row : seen) {
        count(row, Long.toString(row.number), findings);
        after = row.number;
      }
      if (seen.isEmpty()) {
        return;
      }
      single = Math.max(0, single - 1);
    }
  }

  private List<Row> rows(LedgerReader reader, long after, int most) throws SQLException {
    return reader.read(connection ->
        Sql.list(
            connection, page, row -> new Row(row.getLong(1), "", "", check.of(row)), after, most));
  }

  private void count(Row row, String name, Findings findings) {
    rows++;
    switch (row.state) {
      case INTACT -> {}
      case WITHOUT_CHECKSUM -> unchecked++;
      case CHANGED ->
          findings.add(what + " " + name + " does not match its checksum: it was changed");
    }
  }
}
