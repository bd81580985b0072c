package io.crossdock.ledger.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
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
    long sequence;
    byte[] previous;
    try (PreparedStatement select = connection.prepareStatement(head);
        ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        throw new IllegalStateException("the audit chain has no head (run the ledger's check)");
      }
      sequence = row.getLong(1) + 1;
      previous = row.getBytes(2);
    }
    long now = clock.millis();
    AuditRecord record =
        action.toBuilder().setSequence(sequence).setAt(Timestamps.fromMillis(now)).build();
    byte[] canonical = Chain.canonical(record);
    byte[] hash = Chain.hash(previous, canonical);
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setLong(1, sequence);
      insert.setLong(2, now);
      insert.setString(3, record.getActor().getId());
      insert.setString(4, record.getOperation());
      insert.setString(5, record.getSubjectId());
      insert.setString(6, record.getCorrelationId());
      insert.setBytes(7, canonical);
      insert.setBytes(8, previous);
      insert.setBytes(9, hash);
      insert.executeUpdate();
    }
    try (PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
      advance.setLong(1, sequence);
      advance.setBytes(2, hash);
      advance.executeUpdate();
    }
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
      // Within the holder, because a piece of work returns a value.
      Verification[] found = new Verification[1];
      boolean done =
          store.read(connection -> {
            found[0] = check.step(connection);
            return found[0] != null;
          });
      if (done) {
        return found[0];
      }
    }
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
      List<String> texts = new ArrayList<>();
      narrow(sql, texts, "actor_id", filter.getActorId());
      narrow(sql, texts, "operation", filter.getOperation());
      narrow(sql, texts, "subject_id", filter.getSubjectId());
      narrow(sql, texts, "correlation_id", filter.getCorrelationId());
      if (filter.hasRecordedFrom()) {
        sql.append(" AND recorded_at >= ?");
      }
      if (filter.hasRecordedUntil()) {
        sql.append(" AND recorded_at < ?");
      }
      sql.append(" ORDER BY sequence DESC LIMIT ?");
      try (PreparedStatement select = connection.prepareStatement(sql.toString())) {
        int at = 0;
        select.setLong(++at, before);
        for (String text : texts) {
          select.setString(++at, text);
        }
        if (filter.hasRecordedFrom()) {
          select.setLong(++at, millisUp(filter.getRecordedFrom()));
        }
        if (filter.hasRecordedUntil()) {
          select.setLong(++at, millisUp(filter.getRecordedUntil()));
        }
        select.setInt(++at, most);
        return read(select);
      }
    });
  }

  private static void narrow(
      StringBuilder sql, List<String> texts, String column, @Nullable String text) {
    if (text != null && !text.isEmpty()) {
      sql.append(" AND ").append(column).append(" = ?");
      texts.add(text);
    }
  }

  private static List<AuditRecord> read(PreparedStatement select) throws SQLException {
    List<AuditRecord> records = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        AuditRecord record;
        try {
          record = AuditRecord.parseFrom(row.getBytes(1));
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("an audit record cannot be read (verify the chain)", e);
        }
        records.add(withHashes(record, row.getBytes(2), row.getBytes(3)));
      }
    }
    return records;
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
