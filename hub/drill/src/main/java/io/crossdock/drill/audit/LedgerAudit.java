package io.crossdock.drill.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.drill.load.DrillId;
import io.crossdock.drill.load.DrillId.Kind;
import io.crossdock.drill.load.Journal;
import io.crossdock.drill.load.Journal.Outcome;
import io.crossdock.drill.load.Journal.SentEvent;
import io.crossdock.drill.load.Journal.SentRedemption;
import io.crossdock.drill.node.OfflineRedemptions;
import io.crossdock.drill.node.WitnessLine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/** Compares a ledger that nobody writes any more with what its callers were promised. */
public final class LedgerAudit {

  private static final int ROWS_AT_ONCE = 1_000;
  private static final long HOUR_MILLIS = 3_600_000;
  private static final long DAY_MILLIS = 24 * HOUR_MILLIS;

  private final Connection connection;
  private final List<Journal> journals;
  private final long run;
  private final Findings findings = new Findings();
  private final Traces logged;
  private final Map<Long, Long> lastOfLane = new HashMap<>();

  private interface Row {
    void read(ResultSet row) throws SQLException;
  }

  private LedgerAudit(Connection connection, List<Journal> journals, long run) {
    this.connection = connection;
    this.journals = journals;
    this.run = run;
    this.logged = new Traces(journals, run);
  }

  /**
   * Looks at everything.
   *
   * @param connection to the database, without auto-commit
   * @param witness file of the deliveries
   * @param run number of the drill
   */
  public static Findings of(Connection connection, Path witness, List<Journal> journals, long run)
      throws SQLException, IOException {
    LedgerAudit audit = new LedgerAudit(connection, journals, run);
    audit.log();
    audit.promisedEvents();
    audit.answers();
    audit.authorisations();
    audit.effects();
    audit.deliveries(witness);
    audit.places();
    audit.chain();
    return audit.findings;
  }

  /** How many different events the witness has seen so far. */
  public static long witnessed(Path witness) throws IOException {
    try (Stream<String> lines = Files.lines(witness, UTF_8)) {
      return lines
          .map(WitnessLine::parse)
          .filter(Objects::nonNull)
          .map(line -> UUID.fromString(line.eventId()))
          .distinct()
          .count();
    }
  }

  /** The events: numbered per key without holes, each where it was promised to be. */
  private void log() throws SQLException {
    Map<String, Long> given = new HashMap<>();
    each(
        "SELECT aggregate, key, sequence FROM event_keys",
        row -> given.put(row.getString(1) + "/" + row.getString(2), row.getLong(3)));
    Map<String, Long> last = new HashMap<>();
    each(
        "SELECT aggregate, key, sequence, event_id, lane, id FROM events"
            + " ORDER BY aggregate, key, sequence",
        row -> {
          String key = row.getString(1) + "/" + row.getString(2);
          long sequence = row.getLong(3);
          long before = last.getOrDefault(key, 0L);
          last.put(key, sequence);
          if (sequence == before) {
            findings.doubled(at(key, sequence), "two events have the number");
          }
          holes(key, before + 1, sequence - 1);
          lastOfLane.merge(row.getLong(5), row.getLong(6), Math::max);
          logged(uuid(row.getBytes(4)), key, sequence);
        });
    given.forEach((key, sequence) -> holes(key, last.getOrDefault(key, 0L) + 1, sequence));
  }

  private void holes(String key, long from, long to) {
    for (long missing = from; missing <= to; missing++) {
      findings.lost(at(key, missing), "no event has the number");
    }
  }

  private void logged(UUID uuid, String key, long sequence) {
    DrillId id = logged.count(uuid);
    if (id == null || id.kind() == Kind.REQUEST) {
      findings.doubled("event " + uuid, "nobody sent it");
      return;
    }
    if (logged.of(id) > 1) {
      findings.doubled("event " + uuid, "is there more than once");
    }
    String promisedKey;
    long promised;
    if (id.kind() == Kind.EVENT) {
      SentEvent sent = journals.get(id.writer()).events().get(id.number());
      promisedKey = sent.key();
      promised = sent.sequence();
    } else {
      SentRedemption sent = journals.get(id.writer()).redemptions().get(id.number());
      promisedKey = sent.key();
      promised = sent.sequence();
      if (sent.outcome() == Outcome.REFUSED) {
        findings.doubled("event " + uuid, "tells of what was refused");
      }
    }
    if (!key.equals(promisedKey) || (promised != 0 && promised != sequence)) {
      findings.outOfOrder(at(promisedKey, promised), "stands at " + at(key, sequence));
    }
  }

  /** What was acknowledged is there, in the order it was sent in, requests wholly or not at all. */
  private void promisedEvents() {
    for (int writer = 0; writer < journals.size(); writer++) {
      Journal journal = journals.get(writer);
      Map<String, Long> last = new HashMap<>();
      int request = -1;
      boolean first = false;
      for (int i = 0; i < journal.events().size(); i++) {
        SentEvent sent = journal.events().get(i);
        boolean there = logged.of(new DrillId(Kind.EVENT, writer, i)) > 0;
        if (sent.sequence() > 0) {
          if (!there) {
            findings.lost(at(sent.key(), sent.sequence()), "was acknowledged");
          }
          Long before = last.put(sent.key(), sent.sequence());
          if (before != null && before >= sent.sequence()) {
            findings.outOfOrder(at(sent.key(), sent.sequence()), "was sent after " + before);
          }
        } else if (sent.request() == request && there != first) {
          findings.lost("request " + request + " of writer " + writer, "only a part is there");
        }
        if (sent.request() != request) {
          request = sent.request();
          first = there;
        }
      }
    }
  }

  /** Every acknowledged request has its answer kept, and none is half done. */
  private void answers() throws SQLException {
    Traces kept = new Traces(journals, run);
    each(
        "SELECT request_id, answer FROM idempotency",
        row -> {
          String request = row.getString(1);
          if (kept.count(UUID.fromString(request)) == null) {
            findings.doubled("answer of " + request, "nobody asked");
          }
          if (row.getBytes(2) == null) {
            findings.lost("answer of " + request, "the claim is there, the answer is not");
          }
        });
    for (int writer = 0; writer < journals.size(); writer++) {
      Journal journal = journals.get(writer);
      for (int i = 0; i < journal.requests().size(); i++) {
        compare(
            kept,
            new DrillId(Kind.REQUEST, writer, i),
            "answer of",
            journal.requests().get(i).outcome());
      }
      for (int i = 0; i < journal.redemptions().size(); i++) {
        compare(
            kept,
            new DrillId(Kind.REDEMPTION, writer, i),
            "answer of",
            journal.redemptions().get(i).outcome());
      }
    }
  }

  private void compare(Traces traces, DrillId id, String what, Outcome outcome) {
    int count = traces.of(id);
    if (count == 0 && outcome == Outcome.ACKNOWLEDGED) {
      findings.lost(what + " " + id.uuid(run), "is not there");
    }
    if (count > 1) {
      findings.doubled(what + " " + id.uuid(run), "is there more than once");
    }
    if (count > 0 && outcome == Outcome.REFUSED) {
      findings.doubled(what + " " + id.uuid(run), "was refused and is there");
    }
  }

  /** The offline authorisations, and what they add up to. */
  private void authorisations() throws SQLException {
    Traces written = new Traces(journals, run);
    Map<String, Long> sums = new HashMap<>();
    Map<String, Long> ends = new HashMap<>();
    each(
        "SELECT request_id, member, store, amount, recorded_at FROM offline_authorisations",
        row -> {
          UUID request = UUID.fromString(row.getString(1));
          DrillId id = written.count(request);
          if (id == null || id.kind() != Kind.REDEMPTION) {
            findings.doubled("authorisation " + request, "nobody asked");
            return;
          }
          SentRedemption sent = journals.get(id.writer()).redemptions().get(id.number());
          if (!sent.key().endsWith("/" + row.getString(2)) || sent.points() != row.getLong(4)) {
            findings.lost("authorisation " + request, "it is another one than was promised");
          }
          long at = row.getLong(5);
          sum(sums, ends, "member/" + row.getString(2), at, DAY_MILLIS, row.getLong(4));
          sum(sums, ends, "store/" + row.getString(3), at, HOUR_MILLIS, row.getLong(4));
        });
    for (int writer = 0; writer < journals.size(); writer++) {
      List<SentRedemption> redemptions = journals.get(writer).redemptions();
      for (int i = 0; i < redemptions.size(); i++) {
        DrillId id = new DrillId(Kind.REDEMPTION, writer, i);
        SentRedemption sent = redemptions.get(i);
        compare(written, id, "authorisation", sent.outcome());
        if (logged.of(id) == 0 && sent.sequence() > 0) {
          findings.lost(at(sent.key(), sent.sequence()), "was acknowledged");
        } else if (logged.of(id) != written.of(id)) {
          findings.lost("authorisation " + id.uuid(run), "it or its event is missing");
        }
      }
    }
    exposures(sums, ends);
  }

  private static void sum(
      Map<String, Long> sums,
      Map<String, Long> ends,
      String scope,
      long at,
      long length,
      long amount) {
    long period = Math.floorDiv(at, length);
    String key = scope + "@" + period;
    sums.merge(key, amount, Long::sum);
    ends.put(key, (period + 1) * length);
  }

  private void exposures(Map<String, Long> sums, Map<String, Long> ends) throws SQLException {
    Map<String, Long> left = new HashMap<>(sums);
    each(
        "SELECT scope, period, amount FROM offline_exposure",
        row -> {
          String key = row.getString(1) + "@" + row.getLong(2);
          long amount = row.getLong(3);
          Long sum = left.remove(key);
          if (amount > (sum == null ? 0 : sum)) {
            findings.doubled("exposure " + key, amount + " (expected: " + sum + ")");
          } else if (sum != null && amount < sum) {
            findings.lost("exposure " + key, amount + " (expected: " + sum + ")");
          }
          if (key.startsWith("member/") && amount > OfflineRedemptions.MEMBER_DAY) {
            findings.doubled("exposure " + key, amount + " is beyond the limit");
          }
        });
    // Those of periods that are over may have been forgotten.
    long now = Instant.now().toEpochMilli();
    left.keySet().removeIf(key -> ends.getOrDefault(key, 0L) <= now);
    left.forEach((key, sum) -> findings.lost("exposure " + key, "none (expected: " + sum + ")"));
  }

  /** The effects in the ledger: one for each event, in order per key. */
  private void effects() throws SQLException {
    Traces done = new Traces(journals, run);
    Map<String, Long> last = new HashMap<>();
    each(
        "SELECT event_id, key, sequence FROM drill_effects ORDER BY n",
        row -> {
          UUID event = UUID.fromString(row.getString(1));
          DrillId id = done.count(event);
          if (id == null) {
            findings.doubled("effect of " + event, "nobody sent such an event");
          } else if (logged.of(id) == 0) {
            findings.lost(name(id), "its effect was done");
          } else if (done.of(id) > 1) {
            findings.doubled("effect of " + event, "was done more than once");
          }
          if (id != null && done.of(id) == 1) {
            inOrder(last, "effect of ", row.getString(2), row.getLong(3));
          }
        });
    everyEventIn(done, "effect of");
  }

  private void inOrder(Map<String, Long> last, String what, String key, long sequence) {
    long before = last.getOrDefault(key, 0L);
    if (sequence != before + 1) {
      findings.outOfOrder(what + at(key, sequence), "came after " + before);
    }
    last.put(key, Math.max(before, sequence));
  }

  /** The deliveries outwards: each event at least once, for the first time in order per key. */
  private void deliveries(Path witness) throws IOException {
    Traces seen = new Traces(journals, run);
    Map<String, Long> last = new HashMap<>();
    try (BufferedReader lines = Files.newBufferedReader(witness, UTF_8)) {
      for (String text = lines.readLine(); text != null; text = lines.readLine()) {
        WitnessLine line = WitnessLine.parse(text);
        if (line == null) {
          continue;
        }
        DrillId id = seen.count(UUID.fromString(line.eventId()));
        if (id == null) {
          findings.doubled("delivery of " + line.eventId(), "nobody sent such an event");
        } else if (logged.of(id) == 0) {
          findings.lost(name(id), "it was delivered");
        }
        if (id != null && seen.of(id) == 1) {
          inOrder(last, "delivery of ", line.key(), line.sequence());
        }
      }
    }
    everyEventIn(seen, "delivery of");
  }

  private void everyEventIn(Traces traces, String what) {
    for (int writer = 0; writer < journals.size(); writer++) {
      Journal journal = journals.get(writer);
      everyEventIn(traces, what, Kind.EVENT, writer, journal.events().size());
      everyEventIn(traces, what, Kind.REDEMPTION, writer, journal.redemptions().size());
    }
  }

  private void everyEventIn(Traces traces, String what, Kind kind, int writer, int count) {
    for (int i = 0; i < count; i++) {
      DrillId id = new DrillId(kind, writer, i);
      if (logged.of(id) > 0 && traces.of(id) == 0) {
        findings.lost(what + " " + id.uuid(run), "is missing");
      }
    }
  }

  /**
   * The consumers stand at the end, over Kafka the one of its partitions that has the last event,
   * and nothing waits in the hospital.
   */
  private void places() throws SQLException {
    Map<String, Long> places = new HashMap<>();
    each(
        "SELECT consumer, lane, max(position) FROM consumers GROUP BY consumer, lane",
        row -> places.put(row.getString(1) + " in lane " + row.getLong(2), row.getLong(3)));
    for (String consumer : List.of("drill", "drill-witness")) {
      lastOfLane.forEach((lane, last) -> {
        String who = consumer + " in lane " + lane;
        long place = places.getOrDefault(who, -1L);
        if (place < last) {
          findings.lost("place of " + who, place + " (expected: " + last + " or more)");
        }
      });
    }
    each(
        "SELECT id, consumer, reason, message FROM dead_letters",
        row ->
            findings.lost(
                "dead letter " + row.getLong(1),
                row.getString(2) + ", " + row.getString(3) + ": " + row.getString(4)));
  }

  /** The audit trail: whole, with one record for each offline authorisation. */
  private void chain() throws SQLException {
    Traces recorded = new Traces(journals, run);
    String broken =
        ChainWalk.walk(
            connection,
            record -> {
              if (record.getOperation().equals(OfflineRedemptions.OPERATION)) {
                var _ = recorded.count(UUID.fromString(record.getSubjectId()));
              }
            });
    if (broken != null) {
      findings.chainBroken(broken);
      return;
    }
    for (int writer = 0; writer < journals.size(); writer++) {
      List<SentRedemption> redemptions = journals.get(writer).redemptions();
      for (int i = 0; i < redemptions.size(); i++) {
        DrillId id = new DrillId(Kind.REDEMPTION, writer, i);
        compare(recorded, id, "audit record of", redemptions.get(i).outcome());
      }
    }
  }

  private void each(String sql, Row each) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          each.read(rows);
        }
      }
    }
  }

  /** As it was promised, or else by its id. */
  private String name(DrillId id) {
    String key;
    long sequence;
    Journal journal = journals.get(id.writer());
    if (id.kind() == Kind.REDEMPTION) {
      key = journal.redemptions().get(id.number()).key();
      sequence = journal.redemptions().get(id.number()).sequence();
    } else {
      key = journal.events().get(id.number()).key();
      sequence = journal.events().get(id.number()).sequence();
    }
    return sequence == 0 ? "event " + id.uuid(run) : at(key, sequence);
  }

  private static String at(String key, long sequence) {
    return key + "#" + sequence;
  }

  private static UUID uuid(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new UUID(buffer.getLong(), buffer.getLong());
  }
}
