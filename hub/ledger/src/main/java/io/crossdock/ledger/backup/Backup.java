package io.crossdock.ledger.backup;

import io.crossdock.ledger.audit.AuditCheck;
import io.crossdock.ledger.audit.Head;
import io.crossdock.ledger.event.LedgerEpoch;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Migrations;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Transaction;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * Back-ups of a ledger on SQLite. A back-up is one file: the whole ledger as it was at one moment.
 * It may be made by any process of this machine while a hub writes.
 */
public final class Backup {

  private static final int BUSY_MILLIS = 10_000;

  private Backup() {}

  /**
   * Makes a back-up and checks it. The file appears under its name when it is complete and on the
   * disk, also when the check finds that the ledger itself is not in order: nothing better is to be
   * had then.
   *
   * @param directory of the ledger, in use or not
   * @param file that must not exist yet
   * @return what the check of the back-up found
   * @throws BackupException when it could not be made
   */
  public static Report make(Path directory, Path file) throws BackupException {
    Path ledger = new SqliteDatabase(directory).file();
    if (!Files.isRegularFile(ledger)) {
      throw new BackupException(directory + " has no ledger");
    }
    if (Files.exists(file)) {
      throw new BackupException(file + " exists (name a file that does not)");
    }
    Path part = part(file);
    try {
      Files.deleteIfExists(part);
      try (Connection connection = open(ledger, false);
          PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
        vacuum.setString(1, part.toString());
        vacuum.execute();
      }
      Report report = check(part);
      publish(part, file);
      return report;
    } catch (SQLException | IOException e) {
      throw new BackupException(file + " could not be written: " + e.getMessage(), e);
    } finally {
      remove(part);
    }
  }

  /** The same as {@link #check(Path, List)} with no head noted. */
  public static Report check(Path file) throws BackupException {
    return check(file, List.of());
  }

  /**
   * Checks a ledger's file, in use or not: whatever is wrong, everything is looked at that can be
   * read. The file of a directory is compared with the directory's anchor, too.
   *
   * @param file a back-up, or the {@code ledger.db} of a directory
   * @param noted heads of the audit chain that were noted elsewhere
   * @throws BackupException when it is not there
   */
  public static Report check(Path file, List<AuditCheck.Noted> noted) throws BackupException {
    if (!Files.isRegularFile(file)) {
      throw new BackupException(file + " is not there");
    }
    Path directory = file.toAbsolutePath().getParent();
    try (FileReader reader = new FileReader(file)) {
      Optional<Anchor> anchor =
          directory != null && file.equals(new SqliteDatabase(file.resolveSibling("")).file())
              ? Anchor.read(directory)
              : Optional.empty();
      return LedgerCheck.run(reader::read, Engine.SQLITE, noted, anchor);
    } catch (SQLException | IOException e) {
      return new Report(List.of(String.valueOf(e.getMessage())), List.of(), "", 0, 0, 0, Head.NONE);
    }
  }

  /** Reads with a connection of its own, and with another one after each failure. */
  private static final class FileReader implements AutoCloseable {

    private final Path file;
    private Connection connection;

    FileReader(Path file) throws SQLException {
      this.file = file;
      this.connection = open(file, true);
    }

    <T> T read(Transaction<T> work) throws SQLException {
      try {
        return work.in(connection);
      } catch (SQLException e) {
        // Its prepared statements are of no use any more.
        connection.close();
        connection = open(file, true);
        throw e;
      }
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  /**
   * Puts a back-up into a directory that has no ledger. A hub that is started there goes on from
   * the moment of the back-up.
   *
   * @return what the check found; what can be read is restored, also when it is not in order
   * @throws BackupException when the file is damaged or the directory has a ledger
   */
  public static Report restore(Path file, Path directory) throws BackupException {
    Report report = check(file);
    if (!report.damage().isEmpty()) {
      throw new BackupException(file + " is damaged: " + report.damage().getFirst());
    }
    Path ledger = new SqliteDatabase(directory).file();
    // A write-ahead log that stayed behind would be applied to the wrong file.
    for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
      Path left = ledger.resolveSibling(ledger.getFileName() + suffix);
      if (Files.exists(left)) {
        throw new BackupException(
            left + " exists (stop the hub and move the directory's files away first)");
      }
    }
    Path part = part(ledger);
    try {
      Files.createDirectories(directory);
      Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
      beginEpoch(part);
      // It names what the ledger before this one had.
      Files.deleteIfExists(directory.resolve(Anchor.FILE));
      publish(part, ledger);
      return report;
    } catch (IOException | SQLException e) {
      throw new BackupException(directory + " could not be written: " + e.getMessage(), e);
    } finally {
      remove(part);
    }
  }

  /** Whoever read events that the back-up has not must not take their positions for those here. */
  private static void beginEpoch(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      // A back-up from before there were epochs gets its first one when a hub opens it.
      if (!Migrations.version(connection).isEmpty()
          && Long.parseLong(Migrations.version(connection)) >= LedgerEpoch.SINCE) {
        LedgerEpoch.begin(connection);
      }
    }
  }

  private static Connection open(Path file, boolean readOnly) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    config.setBusyTimeout(BUSY_MILLIS);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file);
    return source.getConnection();
  }

  private static Path part(Path file) {
    return file.resolveSibling(file.getFileName() + ".part");
  }

  // On the disk before it has its name, and its name on the disk before anyone is told.
  private static void publish(Path part, Path file) throws IOException {
    flush(part, StandardOpenOption.WRITE);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    flush(file.toAbsolutePath().resolveSibling("."), StandardOpenOption.READ);
  }

  private static void flush(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }

  private static void remove(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // The next back-up under this name removes it.
    }
  }
}
