package io.crossdock.ledger.event;

import io.crossdock.ledger.store.LogKeys;
import io.crossdock.policy.v1.Lane;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves old events out of the log into compressed files, lane by lane.
 *
 * <p>A file holds {@code EventEnvelope}s, each preceded by its length as a varint (protobuf's
 * "delimited" form), and is named {@code LANE-FIRST-LAST.events.gz} by the ids of its events. It is
 * flushed to the disk before the first of its events is forgotten; when the process dies between
 * the two, the next run writes the same events again, and they may stand in two files.
 */
public final class Retention {

  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final int PAGE = 500;
  private static final int MOST_IN_FILE = 100_000;

  private final EventLog log;
  private final Path directory;
  private final List<RetentionHold> holds;

  /**
   * @param directory of the files, made if it does not exist
   * @param holds asked for what is still needed
   */
  public Retention(EventLog log, Path directory, List<RetentionHold> holds) {
    this.log = log;
    this.directory = directory;
    this.holds = List.copyOf(holds);
  }

  /**
   * Archives and forgets a lane's events that were recorded before a moment. What a consumer of the
   * hub or a replay has not done yet stays.
   *
   * @return how many were forgotten
   * @throws IOException when they cannot be archived; none is forgotten then that is not
   */
  public long keepFrom(Lane lane, Instant moment) throws IOException {
    return keepFrom(lane, moment, () -> true);
  }

  /**
   * The same, as long as it may go on.
   *
   * @param goesOn asked before each file
   */
  public long keepFrom(Lane lane, Instant moment, BooleanSupplier goesOn) throws IOException {
    long last = log.forgettable(lane, holds);
    long forgotten = 0;
    while (goesOn.getAsBoolean()) {
      long first = log.beginning().id(lane);
      long upTo = archive(lane, first, last, Selection.micros(moment));
      if (upTo == first) {
        break;
      }
      forgotten += log.forget(lane, upTo, holds);
    }
    return forgotten;
  }

  /**
   * Who keeps a lane's events that are past their age, with the first event that they need.
   *
   * @return empty when no event is kept for anybody
   */
  public Map<String, Long> overdue(Lane lane, Instant moment) {
    long first = log.beginning().id(lane);
    Map<String, Long> holders = new TreeMap<>(log.holders(lane, holds));
    holders
        .values()
        .removeIf(needed ->
            log.read(lane, Math.max(needed, first), Selection.ALL, 1).events().stream()
                .noneMatch(event -> event.recordedMicros() < Selection.micros(moment)));
    return holders;
  }

  /** Writes a file; the id of its last event, or {@code after} when there is nothing to write. */
  private long archive(Lane lane, long after, long last, long untilMicros) throws IOException {
    if (log.read(lane, after, Selection.ALL, 1).events().stream()
        .noneMatch(event -> isOld(event, last, untilMicros))) {
      return after;
    }
    Files.createDirectories(directory);
    Path part = directory.resolve("part-" + lane.name().toLowerCase(Locale.ROOT));
    long upTo = after;
    int count = 0;
    try (OutputStream out =
        new GZIPOutputStream(new BufferedOutputStream(Files.newOutputStream(part)))) {
      for (boolean more = true; more && count < MOST_IN_FILE; ) {
        EventPage page = log.read(lane, upTo, Selection.ALL, PAGE);
        more = page.more();
        for (StoredEvent event : page.events()) {
          if (!isOld(event, last, untilMicros)) {
            more = false;
            break;
          }
          if (!event.intact()) {
            LOG.atError()
                .addKeyValue(LogKeys.LANE, lane)
                .addKeyValue(LogKeys.POSITION, event.id())
                .log("an event is archived that was changed in the ledger after it was recorded");
          }
          event.envelope().writeDelimitedTo(out);
          upTo = event.id();
          count++;
        }
      }
    }
    if (count == 0) {
      // Another node, which took over, was quicker.
      Files.delete(part);
      return after;
    }
    flush(part);
    String name =
        lane.name().substring("LANE_".length()).toLowerCase(Locale.ROOT)
            + "-"
            + (after + 1)
            + "-"
            + upTo
            + ".events.gz";
    Files.move(
        part,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    flush(directory);
    return upTo;
  }

  private static boolean isOld(StoredEvent event, long last, long untilMicros) {
    return event.id() <= last && event.recordedMicros() < untilMicros;
  }

  private static void flush(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
