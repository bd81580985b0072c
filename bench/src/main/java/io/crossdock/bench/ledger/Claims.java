package io.crossdock.bench.ledger;

import io.crossdock.ledger.event.CheckedEvent;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.idempotency.Idempotency.Claimant;
import io.crossdock.ledger.idempotency.Idempotency.Completion;
import io.crossdock.ledger.store.BatchedTransaction;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/** A write with its idempotency check beside the same write without. */
final class Claims {

  private static final int WRITERS = 64;
  private static final Duration LEASE = Duration.ofSeconds(3);
  private static final String OPERATION = "crossdock.event.v1.EventService/Publish";
  private static final byte[] ANSWER = new byte[64];

  private final Ledger ledger;
  private final Idempotency idempotency;
  private final BatchedTransaction<Write, Boolean> sharing = this::share;

  private record Write(Claimant claimant, CheckedEvent event) {}

  private Claims(Ledger ledger) {
    this.ledger = ledger;
    this.idempotency = new Idempotency(ledger.store(), Clock.systemUTC());
  }

  static void measure(Ledger ledger, Options options, ResultTable report) throws Exception {
    Claims claims = new Claims(ledger);
    List<Writers.Action> all =
        List.of(claims::plain, claims::claimed, claims::shared, claims::sharedClaimed);
    for (Writers.Action write : all) {
      var _ = Writers.run(WRITERS, 1, write);
    }
    for (int round = 1; round <= options.rounds(); round++) {
      claims.compare("write", claims::plain, claims::claimed, options, report);
      claims.compare("shared", claims::shared, claims::sharedClaimed, options, report);
      report.note("write_rounds", claims.rounds(claims::plain));
      report.note("write_claimed_rounds", claims.rounds(claims::claimed));
      report.note("shared_claimed_rounds", claims.rounds(claims::sharedClaimed));
    }
    tell("writes of an event, each a piece of work of its own", "write", report);
    tell("the same as shared work, as EventService.Publish does it", "shared", report);
    report.tell(
        "  rounds of group commit for one write alone: %.2f; with claim and answer %.2f, %.2f",
        report.median("write_rounds"),
        report.median("write_claimed_rounds"),
        report.median("shared_claimed_rounds"));
  }

  private void compare(
      String name, Writers.Action without, Writers.Action with, Options options, ResultTable report)
      throws Exception {
    double plain = Writers.run(WRITERS, options.seconds(), without).perSecond();
    double claimed = Writers.run(WRITERS, options.seconds(), with).perSecond();
    report.note(name + "_per_s", plain);
    report.note(name + "_claimed_per_s", claimed);
    report.note(name + "_claimed_ratio", claimed / plain);
  }

  private static void tell(String what, String name, ResultTable report) {
    report.tell(
        "%s: %.0f/s; with claim and answer %.0f/s (%.2f times that)",
        what,
        report.median(name + "_per_s"),
        report.median(name + "_claimed_per_s"),
        report.median(name + "_claimed_ratio"));
  }

  /** Rounds of group commit for each write when nobody else writes. */
  private double rounds(Writers.Action write) throws Exception {
    long before = ledger.rounds();
    long times = Writers.run(1, 1, write).times();
    return (double) (ledger.rounds() - before) / times;
  }

  private void plain(int number) {
    CheckedEvent event = ledger.log().catalogue().check(Sample.event(number));
    var _ = ledger.store().write(connection -> ledger.log().append(connection, List.of(event)));
  }

  private void claimed(int number) {
    CheckedEvent event = ledger.log().catalogue().check(Sample.event(number));
    String id = UUID.randomUUID().toString();
    byte[] fingerprint = Idempotency.fingerprint(id.getBytes(StandardCharsets.UTF_8));
    var _ =
        ledger
            .store()
            .write(connection -> {
              var _ = idempotency.claim(connection, OPERATION, id, fingerprint, id, LEASE);
              var _ = ledger.log().append(connection, List.of(event));
              return idempotency.complete(connection, OPERATION, id, id, ANSWER);
            });
  }

  private void shared(int number) {
    var _ = ledger.log().append(List.of(Sample.event(number)));
  }

  private void sharedClaimed(int number) {
    CheckedEvent event = ledger.log().catalogue().check(Sample.event(number));
    String id = UUID.randomUUID().toString();
    byte[] fingerprint = Idempotency.fingerprint(id.getBytes(StandardCharsets.UTF_8));
    var _ = ledger.store().write(sharing, new Write(new Claimant(id, fingerprint, id), event));
  }

  private List<Boolean> share(Connection connection, List<Write> writes) throws SQLException {
    var _ =
        idempotency.claim(
            connection, OPERATION, writes.stream().map(Write::claimant).toList(), LEASE);
    var _ = ledger.log().append(connection, writes.stream().map(Write::event).toList());
    var _ =
        idempotency.complete(
            connection,
            OPERATION,
            writes.stream()
                .map(write ->
                    new Completion(write.claimant.requestId(), write.claimant.owner(), ANSWER))
                .toList());
    return Collections.nCopies(writes.size(), true);
  }
}
