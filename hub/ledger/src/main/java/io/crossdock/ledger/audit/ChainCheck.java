package io.crossdock.ledger.audit;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.crossdock.ledger.audit.Verification.Broken;
import io.crossdock.ledger.audit.Verification.Fault;
import io.crossdock.ledger.audit.Verification.Intact;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ops.v1.AuditRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A walk along the chain, some records at a time, so that a long one keeps no snapshot open. Rows
 * that were added after its start are not looked at.
 */
public final class ChainCheck {

  // Some milliseconds of work.
  private static final int ROWS = 2_000;
  private static final String HEAD =
      """
      SELECT h.sequence, h.hash,
        (SELECT min(sequence) FROM audit),
        (SELECT min(sequence) FROM audit WHERE sequence > h.sequence)
      FROM audit_head h
      """;
  private static final String NEXT =
      """
      SELECT sequence, recorded_at, actor_id, operation, subject_id, correlation_id,
        record, previous_hash, hash
      FROM audit WHERE sequence >= ? AND sequence <= ? ORDER BY sequence LIMIT
      """
          + ROWS;

  private final long first;
  private final boolean toTheEnd;
  private long last;
  private long next;
  private long checked;
  private byte[] previous = new byte[Chain.HASH_BYTES];
  private byte @Nullable [] headHash;
  private long beyond;

  /**
   * Prepares a check.
   *
   * @param first number of the first record, 1 or more; that it follows from the one before is
   *     checked too
   * @param last number of the last; 0 means the last of all
   */
  public ChainCheck(long first, long last) {
    this.first = Math.max(1, first);
    this.last = last;
    this.toTheEnd = last == 0;
    this.next = Math.max(1, this.first - 1);
  }

  /**
   * Checks some more records.
   *
   * @return what was found; null when there are more to check
   */
  public @Nullable Verification step(Connection connection) throws SQLException {
    byte[] end = headHash;
    if (end == null) {
      Verification found = start(connection);
      end = headHash;
      if (found != null || end == null) {
        return found;
      }
    }
    int rows = 0;
    PreparedStatement select = Statements.of(connection, NEXT);
    select.setLong(1, next);
    select.setLong(2, last);
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        rows++;
        Fault fault = check(row);
        if (fault != null) {
          return new Broken(checked, next, fault);
        }
      }
    }
    if (rows == ROWS && next <= last) {
      return null;
    }
    if (next <= last) {
      return new Broken(checked, next, Fault.REMOVED);
    }
    if (toTheEnd && last > 0 && !Arrays.equals(previous, end)) {
      return new Broken(checked, last, Fault.CHANGED);
    }
    if (toTheEnd && beyond > 0) {
      return new Broken(checked, beyond, Fault.INSERTED);
    }
    return new Intact(checked, last, HexFormat.of().formatHex(previous));
  }

  private @Nullable Verification start(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(HEAD)) {
      if (!row.next()) {
        return new Broken(0, first, Fault.REMOVED);
      }
      long end = row.getLong(1);
      headHash = row.getBytes(2);
      long lowest = row.getLong(3);
      if (first == 1 && lowest < 1 && !row.wasNull()) {
        return new Broken(0, lowest, Fault.INSERTED);
      }
      beyond = row.getLong(4);
      last = toTheEnd ? end : last;
      return first > 1 && first > last ? new Broken(0, last + 1, Fault.REMOVED) : null;
    }
  }

  private @Nullable Fault check(ResultSet row) throws SQLException {
    if (row.getLong(1) != next) {
      return Fault.REMOVED;
    }
    byte[] hash = row.getBytes(9);
    if (next >= first) {
      byte[] record = row.getBytes(7);
      byte[] linked = row.getBytes(8);
      if (!Arrays.equals(hash, Chain.hash(linked, record)) || !agrees(row, record)) {
        return Fault.CHANGED;
      }
      if (!Arrays.equals(linked, previous)) {
        return Fault.UNLINKED;
      }
      checked++;
    }
    previous = hash;
    next++;
    return null;
  }

  private static boolean agrees(ResultSet row, byte[] bytes) throws SQLException {
    try {
      AuditRecord record = AuditRecord.parseFrom(bytes);
      return record.getSequence() == row.getLong(1)
          && Timestamps.toMillis(record.getAt()) == row.getLong(2)
          && record.getActor().getId().equals(row.getString(3))
          && record.getOperation().equals(row.getString(4))
          && record.getSubjectId().equals(row.getString(5))
          && record.getCorrelationId().equals(row.getString(6));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      return false;
    }
  }
}
