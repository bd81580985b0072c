package io.crossdock.ledger.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The audit trail. Safe for any thread and for several hub nodes on one database: whoever appends
 * holds the chain's head until the transaction ends.
 */
public final class Audit {

  private static final String INSERT =
      """
      INSERT INTO audit (sequence, recorded_at, actor_id, operation, subject_id, correlation_id,
        record, previous_hash, hash)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;
  private static final String ADVANCE =
      "UPDATE audit_head SET sequence = ?, hash = ? WHERE one = 1";

  /** The last record of the chain. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Last(long sequence, byte[] hash) {}

  private final Store store;
  private final Clock clock;
  private final String head;

  /** Stands on a ledger. */
  public Audit(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
    this.head =
        "SELECT sequence, hash FROM audit_head WHERE one = 1"
            + (store.engine() == Engine.POSTGRESQL ? " FOR UPDATE" : "");
  }

  /**
   * Adds a record, in a transaction of its own.
   *
   * @param action the record without number, time and hashes, which are set here
   * @return the record as it was added
   */
  public AuditRecord append(AuditRecord action) {
    return store.write(connection -> append(connection, action));
  }

  /**
   * Adds a record within the transaction that does what it tells of. Should be the last thing that
   * the transaction does, because other nodes that append wait for its end.
   */
  public AuditRecord append(Connection connection, AuditRecord action) throws SQLException {
    Last last =
        Sql.one(connection, head, row -> new Last(row.getLong(1), row.getBytes(2)))
            .orElseThrow(() ->
                new IllegalStateException("the audit chain has no head (run the ledger's check)"));
    long sequence = last.sequence + 1;
    byte[] previous = last.hash;
    long now = clock.millis();
    AuditRecord record =
        action.toBuilder().setSequence(sequence).setAt(Timestamps.fromMillis(now)).build();
    byte[] canonical = Chain.canonical(record);
    byte[] hash = Chain.hash(previous, canonical);
    var _ =
        Sql.update(
            connection,
            INSERT,
            sequence,
            now,
            record.getActor().getId(),
            record.getOperation(),
            record.getSubjectId(),
            record.getCorrelationId(),
            canonical,
            previous,
            hash);
    var _ = Sql.update(connection, ADVANCE, sequence, hash);
    return withHashes(record, previous, hash);
  }

  /**
   * Checks that the records of a range follow from each other.
   *
   * @param first number of the first; 0 means the first of all
   * @param last number of the last; 0 means the last of all. One that was named has to be there.
   */
  public Verification verify(long first, long last) {
    ChainCheck check = new ChainCheck(first, last);
    while (true) {
      Optional<Verification> found =
          store.read(connection -> Optional.ofNullable(check.step(connection)));
      if (found.isPresent()) {
        return found.get();
      }
    }
  }

  /** The head of the chain, to be noted elsewhere. */
  public Head head() {
    return store.read(AuditCheck::head);
  }

  /**
   * Whether the trail is still the one that a head was noted of, and is guarded.
   *
   * @return what is wrong, a sentence each
   */
  public List<String> compare(AuditCheck.Noted noted) {
    return store.read(connection -> {
      List<String> wrong = new ArrayList<>();
      AuditCheck.differs(connection, noted).ifPresent(wrong::add);
      AuditCheck.missingGuards(connection, store.engine())
          .forEach(trigger -> wrong.add("trigger " + trigger + " is missing"));
      return wrong;
    });
  }

  /**
   * Lists records, newest first.
   *
   * @param filter of which the page is not looked at
   * @param before only records with a lower number
   * @param most how many at most
   */
  public List<AuditRecord> list(ListAuditRecordsRequest filter, long before, int most) {
    return store.read(connection -> {
      StringBuilder sql =
          new StringBuilder("SELECT record, previous_hash, hash FROM audit WHERE sequence < ?");
      List<@Nullable Object> arguments = new ArrayList<>(List.of(before));
      narrow(sql, arguments, " AND actor_id = ?", filter.getActorId());
      narrow(sql, arguments, " AND operation = ?", filter.getOperation());
      narrow(sql, arguments, " AND subject_id = ?", filter.getSubjectId());
      narrow(sql, arguments, " AND correlation_id = ?", filter.getCorrelationId());
      if (filter.hasRecordedFrom()) {
        sql.append(" AND recorded_at >= ?");
        arguments.add(millisUp(filter.getRecordedFrom()));
      }
      if (filter.hasRecordedUntil()) {
        sql.append(" AND recorded_at < ?");
        arguments.add(millisUp(filter.getRecordedUntil()));
      }
      sql.append(" ORDER BY sequence DESC LIMIT ?");
      arguments.add(most);
      return Sql.list(connection, sql.toString(), Audit::read, arguments.toArray());
    });
  }

  private static void narrow(
      StringBuilder sql, List<@Nullable Object> arguments, String condition, String text) {
    if (!text.isEmpty()) {
      sql.append(condition);
      arguments.add(text);
    }
  }

  private static AuditRecord read(ResultSet row) throws SQLException {
    try {
      return withHashes(AuditRecord.parseFrom(row.getBytes(1)), row.getBytes(2), row.getBytes(3));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an audit record cannot be read (verify the chain)", e);
    }
  }

  private static AuditRecord withHashes(AuditRecord record, byte[] previous, byte[] hash) {
    return record.toBuilder()
        .setPreviousHash(ByteString.copyFrom(previous))
        .setHash(ByteString.copyFrom(hash))
        .build();
  }

  // Records have whole milliseconds: the first one at or after a moment between two.
  private static long millisUp(Timestamp moment) {
    return Math.ceilDiv(Timestamps.toMicros(moment), 1_000);
  }
}
