package io.crossdock.ledger.idempotency;

import io.crossdock.ledger.store.Checksum;
import io.crossdock.ledger.store.RowCheck;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Statements;
import io.crossdock.ledger.store.Store;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Remembers which writes were done, under their operation and request id, for 48 hours.
 *
 * <p>A claim is a lease: when whoever holds it dies, the next one to ask gets it after the lease. A
 * late holder can no longer complete it.
 */
public final class Idempotency {

  /** How long an answer is remembered. */
  public static final Duration KEEP = Duration.ofDays(2);

  private static final String CLAIM =
      """
      INSERT INTO idempotency (operation, request_id, fingerprint, owner, lease_until, expires_at)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (operation, request_id) DO UPDATE SET
        fingerprint = excluded.fingerprint, owner = excluded.owner,
        lease_until = excluded.lease_until, answer = NULL, checksum = NULL,
        expires_at = excluded.expires_at
      WHERE idempotency.expires_at <= ?
         OR (idempotency.answer IS NULL AND idempotency.lease_until <= ?
             AND idempotency.fingerprint = excluded.fingerprint)
      """;
  private static final String FIND =
      "SELECT operation, request_id, answer, checksum, fingerprint FROM idempotency"
          + " WHERE operation = ? AND request_id = ?";
  private static final String COMPLETE =
      """
      UPDATE idempotency SET answer = ?, checksum = ?, expires_at = ?
      WHERE operation = ? AND request_id = ? AND owner = ? AND answer IS NULL
      """;
  private static final String RELEASE =
      """
      DELETE FROM idempotency
      WHERE operation = ? AND request_id = ? AND owner = ? AND answer IS NULL
      """;

  private static final String EXPIRE =
      """
      DELETE FROM idempotency WHERE (operation, request_id) IN (
        SELECT operation, request_id FROM idempotency WHERE expires_at <= ? LIMIT ?)
      """;
  private static final String CHECK =
      """
      SELECT operation, request_id, answer, checksum FROM idempotency
      WHERE (operation, request_id) > (?, ?) ORDER BY operation, request_id LIMIT ?
      """;

  private final Store store;
  private final Clock clock;

  /** Stands on a ledger. */
  public Idempotency(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Claims a write before it is done.
   *
   * @param operation full name of the method
   * @param requestId as the caller gave it
   * @param request the request's bytes, compared by their hash
   * @param owner whoever does the write, unique for each attempt
   * @param lease after which the write may be claimed again when it was not completed
   */
  public Claim claim(
      String operation, String requestId, byte[] request, String owner, Duration lease) {
    byte[] fingerprint = fingerprint(request);
    return store.write(
        connection -> claim(connection, operation, requestId, fingerprint, owner, lease));
  }

  /**
   * Claims a write within a transaction of the caller's.
   *
   * @param fingerprint SHA-256 of the request
   */
  public Claim claim(
      Connection connection,
      String operation,
      String requestId,
      byte[] fingerprint,
      String owner,
      Duration lease)
      throws SQLException {
    return claim(connection, operation, List.of(new Claimant(requestId, fingerprint, owner)), lease)
        .getFirst();
  }

  /**
   * Who wants to do a write.
   *
   * @param requestId as the caller gave it
   * @param fingerprint SHA-256 of the request
   * @param owner whoever does the write, unique for each attempt
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Claimant(String requestId, byte[] fingerprint, String owner) {}

  /** Claims several writes of one operation within a transaction, in one round to the database. */
  public List<Claim> claim(
      Connection connection, String operation, List<Claimant> claimants, Duration lease)
      throws SQLException {
    long now = clock.millis();
    PreparedStatement insert = Statements.of(connection, CLAIM);
    for (Claimant claimant : claimants) {
      insert.setString(1, operation);
      insert.setString(2, claimant.requestId);
      insert.setBytes(3, claimant.fingerprint);
      insert.setString(4, claimant.owner);
      insert.setLong(5, now + lease.toMillis());
      insert.setLong(6, now + KEEP.toMillis());
      insert.setLong(7, now);
      insert.setLong(8, now);
      insert.addBatch();
    }
    int[] inserted = insert.executeBatch();
    List<Claim> claims = new ArrayList<>(claimants.size());
    for (int i = 0; i < inserted.length; i++) {
      claims.add(
          inserted[i] == 1 ? new Claim.New() : find(connection, operation, claimants.get(i)));
    }
    return claims;
  }

  private static Claim find(Connection connection, String operation, Claimant claimant)
      throws SQLException {
    // Not there: released by its holder between the two statements (PostgreSQL only).
    return Sql.<Claim>one(
            connection,
            FIND,
            row -> {
              if (!Arrays.equals(row.getBytes(5), claimant.fingerprint)) {
                return new Claim.OtherRequest();
              }
              byte[] answer = row.getBytes(3);
              if (answer == null) {
                return new Claim.InFlight();
              }
              if (state(row) == RowCheck.State.CHANGED) {
                throw new IllegalStateException(
                    "the answer recorded for a request was changed in the ledger (check it)");
              }
              return new Claim.Done(answer);
            },
            operation,
            claimant.requestId)
        .orElseGet(Claim.InFlight::new);
  }

  /** Checks the answers against their checksums. */
  public static RowCheck check() {
    return RowCheck.byRequest("answer", CHECK, Idempotency::state);
  }

  private static RowCheck.State state(ResultSet row) throws SQLException {
    byte[] answer = row.getBytes(3);
    return answer == null
        ? RowCheck.State.INTACT
        : RowCheck.state(row, 4, Checksum.of(row.getString(1), row.getString(2), answer));
  }

  /**
   * Remembers the answer of a write that was done.
   *
   * @return false when the claim is no longer the owner's
   */
  public boolean complete(String operation, String requestId, String owner, byte[] answer) {
    return store.write(connection -> complete(connection, operation, requestId, owner, answer));
  }

  /** The same within the transaction that does the write. */
  public boolean complete(
      Connection connection, String operation, String requestId, String owner, byte[] answer)
      throws SQLException {
    return complete(connection, operation, List.of(new Completion(requestId, owner, answer))) == 1;
  }

  /**
   * A write that was done.
   *
   * @param requestId as the caller gave it
   * @param owner who claimed it
   * @param answer bytes of the response
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Completion(String requestId, String owner, byte[] answer) {}

  /**
   * Remembers the answers of several writes of one operation within the transaction that does them,
   * in one round to the database.
   *
   * @return how many claims were still their owners'
   */
  public int complete(Connection connection, String operation, List<Completion> completions)
      throws SQLException {
    PreparedStatement update = Statements.of(connection, COMPLETE);
    for (Completion completion : completions) {
      update.setBytes(1, completion.answer);
      update.setLong(2, Checksum.of(operation, completion.requestId, completion.answer));
      update.setLong(3, clock.millis() + KEEP.toMillis());
      update.setString(4, operation);
      update.setString(5, completion.requestId);
      update.setString(6, completion.owner);
      update.addBatch();
    }
    return Arrays.stream(update.executeBatch()).sum();
  }

  /** Gives a claim back because the write was surely not done; it may be claimed again at once. */
  public boolean release(String operation, String requestId, String owner) {
    return store.write(connection -> release(connection, operation, requestId, owner));
  }

  /** The same within a transaction of the caller's. */
  public boolean release(Connection connection, String operation, String requestId, String owner)
      throws SQLException {
    return Sql.update(connection, RELEASE, operation, requestId, owner) == 1;
  }

  /**
   * Forgets what is older than 48 hours.
   *
   * @param most how many at once, so that other writes do not wait long
   * @return how many were forgotten
   */
  public int expire(int most) {
    return store.write(connection -> Sql.update(connection, EXPIRE, clock.millis(), most));
  }

  /** What two requests are compared by: SHA-256 of the bytes. */
  public static byte[] fingerprint(byte[] request) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(request);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
