package io.crossdock.drill.audit;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import io.crossdock.ops.v1.AuditRecord;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The audit chain by its documented rule ({@code AuditRecord.hash}): SHA-256 over the hash of the
 * record before, zeros for the first, and the record's bytes.
 */
final class ChainWalk {

  private static final int HASH_BYTES = 32;
  private static final int ROWS_AT_ONCE = 1_000;
  private static final String ALL =
      """
      SELECT sequence, recorded_at, actor_id, operation, subject_id, correlation_id,
        record, previous_hash, hash
      FROM audit ORDER BY sequence
      """;

  private ChainWalk() {}

  /**
   * Walks along the whole chain.
   *
   * @param each is told of every record
   * @return where it breaks and how; null when it does not
   */
  static @Nullable String walk(Connection connection, Consumer<AuditRecord> each)
      throws SQLException {
    byte[] before = new byte[HASH_BYTES];
    long sequence = 0;
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(ROWS_AT_ONCE);
      try (ResultSet row = statement.executeQuery(ALL)) {
        while (row.next()) {
          sequence++;
          String wrong = wrong(row, sequence, before, each);
          if (wrong != null) {
            return "record " + sequence + " " + wrong;
          }
          before = row.getBytes(9);
        }
      }
      try (ResultSet head = statement.executeQuery("SELECT sequence, hash FROM audit_head")) {
        if (!head.next()
            || head.getLong(1) != sequence
            || !Arrays.equals(head.getBytes(2), before)) {
          return "record " + sequence + " is not what the head of the chain says";
        }
      }
    }
    return null;
  }

  private static @Nullable String wrong(
      ResultSet row, long sequence, byte[] before, Consumer<AuditRecord> each) throws SQLException {
    byte[] bytes = row.getBytes(7);
    if (row.getLong(1) != sequence) {
      return "is missing, or one was added before it";
    }
    if (!Arrays.equals(row.getBytes(8), before)) {
      return "does not carry the hash of the one before";
    }
    if (!Arrays.equals(row.getBytes(9), hash(before, bytes))) {
      return "was changed";
    }
    try {
      AuditRecord record = AuditRecord.parseFrom(bytes);
      each.accept(record);
      return record.getSequence() == sequence
              && Timestamps.toMillis(record.getAt()) == row.getLong(2)
              && record.getActor().getId().equals(row.getString(3))
              && record.getOperation().equals(row.getString(4))
              && record.getSubjectId().equals(row.getString(5))
              && record.getCorrelationId().equals(row.getString(6))
          ? null
          : "is not what its columns say";
    } catch (InvalidProtocolBufferException e) {
      return "cannot be read";
    }
  }

  private static byte[] hash(byte[] before, byte[] bytes) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(before);
      return sha.digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
