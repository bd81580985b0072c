package io.crossdock.ledger.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * SQLite in a directory of this machine, which belongs to one process at a time. Write-ahead log,
 * and every commit is flushed to the disk ({@code synchronous=FULL}).
 */
public final class SqliteDatabase implements Database {

  private static final Logger LOG = LoggerFactory.getLogger(SqliteDatabase.class);
  private static final String MIGRATIONS = "io/crossdock/ledger/sqlite";
  private static final int BUSY_MILLIS = 5_000;
  // Kibibytes, as a negative number (SQLite's PRAGMA cache_size).
  private static final int CACHE = -16_384;

  private static final int PAGE_BYTES = 4_096;
  private static final Pattern MISSING = Pattern.compile("no such (table|column)");

  private static final String ANCHORED = "How far it has come is noted in ledger.anchor.\n";

  private final Path directory;
  private final long maxBytes;
  private @Nullable FileChannel lockFile;

  /**
   * Names a database.
   *
   * @param directory of the files, made if it does not exist; on a local disk, never on a network
   */
  public SqliteDatabase(Path directory) {
    this(directory, 0);
  }

  /**
   * Names a database of limited size.
   *
   * @param directory as above
   * @param maxBytes what the database file may grow to, refused with {@code UNAVAILABLE} beyond; 0
   *     leaves the limit to the disk
   */
  public SqliteDatabase(Path directory, long maxBytes) {
    this.directory = directory;
    this.maxBytes = maxBytes;
  }

  /** Where its files are. */
  public Path directory() {
    return directory;
  }

  /** The database file. */
  public Path file() {
    return directory.resolve("ledger.db");
  }

  @Override
  public Engine engine() {
    return Engine.SQLITE;
  }

  @Override
  public void prepare() throws LedgerException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new LedgerException(directory + " cannot be made: " + e.getMessage(), e);
    }
    lock();
    checkNotLost();
    try (Connection connection = open(false);
        Statement statement = connection.createStatement();
        ResultSet version = statement.executeQuery("PRAGMA schema_version")) {
      // Reads the header: a file that is no database is found here.
      var _ = version.next();
    } catch (SQLException e) {
      throw new LedgerException(file() + cause(e) + ": " + e.getMessage(), e);
    }
    Migrations.apply(source(false), MIGRATIONS);
    mark();
  }

  /** A ledger that was here and is gone is no reason to begin an empty one without a word. */
  private void checkNotLost() throws LedgerException {
    try {
      boolean isThere = Files.exists(file()) && Files.size(file()) > 0;
      if (!isThere && Files.exists(marker())) {
        throw new LedgerException(
            file()
                + " is missing or empty, but a ledger was here before (mount its volume or restore"
                + " a backup; to begin an empty ledger, delete "
                + marker().getFileName()
                + ")");
      }
      if (!isThere) {
        LOG.atWarn()
            .addKeyValue(LogKeys.REASON, "no ledger in " + directory)
            .log("an empty ledger is created");
      }
    } catch (IOException e) {
      throw new LedgerException(file() + " cannot be looked at: " + e.getMessage(), e);
    }
  }

  /** Remembers that a ledger is here, once it has its tables. */
  private void mark() throws LedgerException {
    try {
      if (!Files.exists(marker())) {
        Files.writeString(marker(), "A Crossdock ledger is kept in this directory.\n");
      }
    } catch (IOException e) {
      throw new LedgerException(marker() + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Whether it was recorded that how far the ledger has come is noted beside it. */
  public boolean isAnchored() throws IOException {
    return Files.exists(marker()) && Files.readString(marker()).contains(ANCHORED);
  }

  /** Records that how far the ledger has come is noted beside it. */
  public void setAnchored() throws IOException {
    if (!isAnchored()) {
      Files.writeString(marker(), ANCHORED, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  private Path marker() {
    return directory.resolve("ledger.marker");
  }

  private static String cause(SQLException error) {
    return switch (error instanceof SQLiteException sqlite
        ? primary(sqlite.getResultCode())
        : null) {
      case SQLITE_BUSY, SQLITE_LOCKED ->
          " is in use by another program (close the one that has it open)";
      case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
          " cannot be written (give the hub's user read and write access to the directory)";
      case SQLITE_FULL, SQLITE_IOERR -> " cannot be written (check the disk)";
      case null, default -> " is not a ledger or is damaged (restore a backup)";
    };
  }

  @Override
  public Connection openForWriting() throws SQLException {
    return open(false);
  }

  @Override
  public Connection openForReading() throws SQLException {
    return open(true);
  }

  @Override
  public boolean isLost(SQLException error) {
    return isOutage(error);
  }

  @Override
  public boolean isOutage(SQLException error) {
    return error instanceof SQLiteException sqlite
        && switch (primary(sqlite.getResultCode())) {
          case SQLITE_FULL,
              SQLITE_IOERR,
              SQLITE_BUSY,
              SQLITE_LOCKED,
              SQLITE_CANTOPEN,
              SQLITE_READONLY,
              SQLITE_CORRUPT,
              SQLITE_NOTADB,
              SQLITE_NOMEM,
              SQLITE_PROTOCOL ->
              true;
          default -> false;
        };
  }

  @Override
  public boolean isDamage(SQLException error) {
    if (!(error instanceof SQLiteException sqlite)) {
      return false;
    }
    return switch (primary(sqlite.getResultCode())) {
      case SQLITE_CORRUPT, SQLITE_NOTADB -> true;
      // SQLite has no code for it.
      case SQLITE_ERROR -> MISSING.matcher(String.valueOf(error.getMessage())).find();
      default -> false;
    };
  }

  @Override
  public boolean isConflict(SQLException error) {
    // One writer: nobody is in its way.
    return false;
  }

  @Override
  public void close() {
    FileChannel held = lockFile;
    lockFile = null;
    if (held != null) {
      try {
        held.close();
      } catch (IOException e) {
        // The lock ends with the process at the latest.
      }
    }
  }

  private void lock() throws LedgerException {
    Path path = directory.resolve("ledger.lock");
    try {
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      lockFile = channel;
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse();
      }
    } catch (OverlappingFileLockException e) {
      throw inUse();
    } catch (IOException e) {
      throw new LedgerException(path + " cannot be locked: " + e.getMessage(), e);
    }
  }

  private LedgerException inUse() {
    return new LedgerException(
        directory + " is in use by another process (each hub needs a directory of its own)");
  }

  private Connection open(boolean readOnly) throws SQLException {
    Connection connection = source(readOnly).getConnection();
    connection.setAutoCommit(false);
    return connection;
  }

  private SQLiteDataSource source(boolean readOnly) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.setCacheSize(CACHE);
    // The driver would prepare and run a query after each insert.
    config.setGetGeneratedKeys(false);
    config.enforceForeignKeys(true);
    config.setPageSize(PAGE_BYTES);
    if (maxBytes > 0) {
      config.setMaxPageCount(Math.clamp(maxBytes / PAGE_BYTES, 1, Integer.MAX_VALUE));
    }
    config.setTransactionMode(
        readOnly ? SQLiteConfig.TransactionMode.DEFERRED : SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file());
    return source;
  }

  // An extended code carries its primary one in the lowest eight bits (SQLite, "Result Codes").
  private static SQLiteErrorCode primary(SQLiteErrorCode code) {
    return SQLiteErrorCode.getErrorCode(code.code & 0xFF);
  }
}
