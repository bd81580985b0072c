package io.crossdock.drill.audit;

import io.crossdock.drill.load.DrillId;
import io.crossdock.drill.load.DrillId.Kind;
import io.crossdock.drill.load.Journal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** How often each thing of the journals was met in one place, counted up to a few. */
final class Traces {

  private static final byte MANY = 100;

  private final long run;
  private final Map<Kind, byte[][]> counts = new EnumMap<>(Kind.class);

  Traces(List<Journal> journals, long run) {
    this.run = run;
    counts.put(Kind.REQUEST, zeros(journals, journal -> journal.requests().size()));
    counts.put(Kind.EVENT, zeros(journals, journal -> journal.events().size()));
    counts.put(Kind.REDEMPTION, zeros(journals, journal -> journal.redemptions().size()));
  }

  /**
   * Counts one.
   *
   * @return whose it is; null when nobody sent it
   */
  @Nullable DrillId count(UUID uuid) {
    DrillId id = DrillId.of(uuid, run);
    byte[] writers = id == null ? null : writers(id);
    if (id == null || writers == null || id.number() >= writers.length) {
      return null;
    }
    writers[id.number()] = (byte) Math.min(writers[id.number()] + 1, MANY);
    return id;
  }

  /** How often it was met. */
  int of(DrillId id) {
    byte[] writers = writers(id);
    return writers == null ? 0 : writers[id.number()];
  }

  private byte @Nullable [] writers(DrillId id) {
    byte[][] kind = counts.get(id.kind());
    return kind == null || id.writer() >= kind.length ? null : kind[id.writer()];
  }

  private static byte[][] zeros(List<Journal> journals, ToIntFunction<Journal> size) {
    return journals.stream()
        .map(journal -> new byte[size.applyAsInt(journal)])
        .toArray(byte[][]::new);
  }
}
