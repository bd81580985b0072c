package io.crossdock.ledger.backup;

import io.crossdock.ledger.audit.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * How far an embedded ledger had come at some moment, in a file beside the database. A ledger that
 * ends before it has lost what was acknowledged: its write-ahead log was cut, deleted or not moved
 * along, or an older file was put in its place.
 *
 * @param head of the audit chain
 * @param event id of the newest event
 */
public record Anchor(Head head, long event) {

  /** Name of the file. */
  static final String FILE = "ledger.anchor";

  private static final String AUDIT = "audit ";
  private static final String EVENT = "event ";

  /** The anchor of a ledger's directory; empty when there is none, or it cannot be read. */
  public static Optional<Anchor> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() < 2 || !lines.get(0).startsWith(AUDIT) || !lines.get(1).startsWith(EVENT)) {
      return Optional.empty();
    }
    try {
      long event = Long.parseLong(lines.get(1).substring(EVENT.length()).strip());
      return Head.parse(lines.get(0).substring(AUDIT.length()))
          .map(head -> new Anchor(head, event));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Writes it in the place of the one before. */
  public void write(Path directory) throws IOException {
    Path part = directory.resolve(FILE + ".part");
    Files.writeString(part, AUDIT + head + "\n" + EVENT + event + "\n");
    Files.move(
        part,
        directory.resolve(FILE),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Why a ledger that ends at an event is not the one that this was noted of; empty when it may.
   */
  Optional<String> differs(long newest) {
    return newest >= event
        ? Optional.empty()
        : Optional.of(
            "the newest event is number "
                + newest
                + ", but "
                + FILE
                + " names "
                + event
                + ": events were lost (was ledger.db-wal cut or left behind?)");
  }
}
