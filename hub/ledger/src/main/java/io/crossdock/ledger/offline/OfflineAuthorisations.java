package io.crossdock.ledger.offline;

import com.google.protobuf.ByteString;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.store.Checksum;
import io.crossdock.ledger.store.RowCheck;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The offline authorisations. What was accepted counts against its limits for the whole day and
 * hour, also when the owner has accepted it since: the limits bound what a thief of a card can do
 * while the owner comes and goes.
 */
public final class OfflineAuthorisations {

  private static final long HOUR_MILLIS = 3_600_000;
  private static final String INSERT =
      """
      INSERT INTO offline_authorisations (operation, request_id, fingerprint, request, member,
        store, amount, correlation_id, recorded_at, checksum, state, outcome)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'OPEN', '')
      ON CONFLICT (operation, request_id) DO NOTHING
      """;
  private static final String COLUMNS =
      "SELECT operation, request_id, request, member, store, amount, correlation_id, recorded_at";
  private static final String FIND =
      COLUMNS + ", fingerprint FROM offline_authorisations WHERE operation = ? AND request_id = ?";
  private static final String REMOVE =
      "DELETE FROM offline_authorisations WHERE operation = ? AND request_id = ?";
  private static final String TAKE =
      """
      INSERT INTO offline_exposure (scope, period, amount, ends_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (scope, period) DO UPDATE
      SET amount = offline_exposure.amount + excluded.amount
      WHERE offline_exposure.amount + excluded.amount <= ?
      """;
  private static final String GIVE_BACK =
      "UPDATE offline_exposure SET amount = amount - ? WHERE scope = ? AND period = ?";
  private static final String OPEN =
      COLUMNS
          + """
           FROM offline_authorisations
          WHERE state = 'OPEN' AND (recorded_at, operation, request_id) > (?, ?, ?)
          ORDER BY recorded_at, operation, request_id LIMIT ?
          """;
  private static final String SETTLE =
      """
      UPDATE offline_authorisations SET state = ?, outcome = ?, settled_at = ?
      WHERE operation = ? AND request_id = ? AND state = 'OPEN'
      """;

  private static final String EXPIRE =
      """
      DELETE FROM offline_exposure WHERE (scope, period) IN (
        SELECT scope, period FROM offline_exposure WHERE ends_at <= ? LIMIT ?)
      """;
  private static final String CHECK =
      """
      SELECT operation, request_id, fingerprint, request, member, store, amount, correlation_id,
        recorded_at, checksum
      FROM offline_authorisations WHERE (operation, request_id) > (?, ?)
      ORDER BY operation, request_id LIMIT ?
      """;

  private final Store store;
  private final Clock clock;

  /**
   * Stands on a ledger.
   *
   * @param clock its zone says when a member's day begins
   */
  public OfflineAuthorisations(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Accepts a request and writes it down, unless that would go beyond a limit. The same request
   * again is accepted again and counts once.
   *
   * @param wish its time is not looked at
   */
  public Decision record(Authorisation wish, Limits limits) {
    return store.write(connection -> record(connection, wish, limits));
  }

  /** The same within a transaction of the caller's. */
  public Decision record(Connection connection, Authorisation wish, Limits limits)
      throws SQLException {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    byte[] fingerprint = Idempotency.fingerprint(wish.request().toByteArray());
    if (!insert(connection, wish, fingerprint, now)) {
      return repeated(connection, wish, fingerprint);
    }
    Decision.Limit beyond = take(connection, wish, limits, now.atZone(clock.getZone()));
    if (beyond != null) {
      var _ = Sql.update(connection, REMOVE, wish.operation(), wish.requestId());
      return new Decision.Beyond(beyond);
    }
    return new Decision.Accepted(
        new Authorisation(
            wish.operation(),
            wish.requestId(),
            wish.request(),
            wish.member(),
            wish.store(),
            wish.amount(),
            wish.correlationId(),
            now));
  }

  /**
   * Lists what is not settled, the oldest first.
   *
   * @param after the last of the page before; null for the first page
   */
  public List<Authorisation> open(@Nullable Authorisation after, int most) {
    return store.read(connection ->
        Sql.list(
            connection,
            OPEN,
            OfflineAuthorisations::read,
            after == null ? Long.MIN_VALUE : after.recordedAt().toEpochMilli(),
            after == null ? "" : after.operation(),
            after == null ? "" : after.requestId(),
            most));
  }

  /**
   * Notes what the owner said, within the transaction that draws the consequence.
   *
   * @param accepted whether the owner took it
   * @param outcome the owner's reference, or why it refused
   * @return false when there is none or it was settled before
   */
  public boolean settle(
      Connection connection, String operation, String requestId, boolean accepted, String outcome)
      throws SQLException {
    return Sql.update(
            connection,
            SETTLE,
            accepted ? "ACCEPTED" : "REFUSED",
            outcome,
            clock.millis(),
            operation,
            requestId)
        == 1;
  }

  /**
   * Forgets the counts of days and hours that are over.
   *
   * @param most how many at once, so that other writes do not wait long
   * @return how many were forgotten
   */
  public int expire(int most) {
    return store.write(connection -> Sql.update(connection, EXPIRE, clock.millis(), most));
  }

  /** Checks the authorisations against their checksums. */
  public static RowCheck check() {
    return RowCheck.byRequest(
        "offline authorisation",
        CHECK,
        row ->
            RowCheck.state(
                row,
                10,
                Checksum.of(
                    row.getString(1),
                    row.getString(2),
                    row.getBytes(3),
                    row.getBytes(4),
                    row.getString(5),
                    row.getString(6),
                    row.getLong(7),
                    row.getString(8),
                    row.getLong(9))));
  }

  private static boolean insert(
      Connection connection, Authorisation wish, byte[] fingerprint, Instant now)
      throws SQLException {
    byte[] request = wish.request().toByteArray();
    return Sql.update(
            connection,
            INSERT,
            wish.operation(),
            wish.requestId(),
            fingerprint,
            request,
            wish.member(),
            wish.store(),
            wish.amount(),
            wish.correlationId(),
            now.toEpochMilli(),
            Checksum.of(
                wish.operation(),
                wish.requestId(),
                fingerprint,
                request,
                wish.member(),
                wish.store(),
                wish.amount(),
                wish.correlationId(),
                now.toEpochMilli()))
        == 1;
  }

  private static Decision repeated(Connection connection, Authorisation wish, byte[] fingerprint)
      throws SQLException {
    return Sql.<Decision>one(
            connection,
            FIND,
            row ->
                Arrays.equals(row.getBytes(9), fingerprint)
                    ? new Decision.Accepted(read(row))
                    : new Decision.OtherRequest(),
            wish.operation(),
            wish.requestId())
        .orElseThrow(
            () -> new IllegalStateException("an authorisation went away; none is ever removed"));
  }

  private static Decision.@Nullable Limit take(
      Connection connection, Authorisation wish, Limits limits, ZonedDateTime now)
      throws SQLException {
    if (wish.amount() > limits.each()) {
      return Decision.Limit.EACH;
    }
    LocalDate day = now.toLocalDate();
    long dayEnds = day.plusDays(1).atStartOfDay(now.getZone()).toInstant().toEpochMilli();
    String member = "member/" + wish.member();
    if (!take(connection, member, day.toEpochDay(), dayEnds, wish.amount(), limits.memberDay())) {
      return Decision.Limit.MEMBER_DAY;
    }
    long hour = now.toInstant().toEpochMilli() / HOUR_MILLIS;
    String place = "store/" + wish.store();
    if (!take(
        connection, place, hour, (hour + 1) * HOUR_MILLIS, wish.amount(), limits.storeHour())) {
      var _ = Sql.update(connection, GIVE_BACK, wish.amount(), member, day.toEpochDay());
      return Decision.Limit.STORE_HOUR;
    }
    return null;
  }

  private static boolean take(
      Connection connection, String scope, long period, long endsAt, long amount, long limit)
      throws SQLException {
    // The statement's condition holds for later amounts only, not for the first.
    if (amount > limit) {
      return false;
    }
    return Sql.update(connection, TAKE, scope, period, amount, endsAt, limit) == 1;
  }

  private static Authorisation read(ResultSet row) throws SQLException {
    return new Authorisation(
        row.getString(1),
        row.getString(2),
        ByteString.copyFrom(row.getBytes(3)),
        row.getString(4),
        row.getString(5),
        row.getLong(6),
        row.getString(7),
        Instant.ofEpochMilli(row.getLong(8)));
  }
}
