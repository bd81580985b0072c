package io.crossdock.bench.ledger;

import io.crossdock.ledger.event.CheckedEvent;
import io.crossdock.ledger.idempotency.Idempotency;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
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

  private Claims(Ledger ledger) {
    this.ledger = ledger;
    this.idempotency = new Idempotency(ledger.store(), Clock.systemUTC());
  }

  static void measure(Ledger ledger, Options options, Report report) throws Exception {
    Claims claims = new Claims(ledger);
    var _ = Writers.run(WRITERS, 1, claims::plain);
    var _ = Writers.run(WRITERS, 1, claims::claimed);
    for (int round = 1; round <= options.rounds(); round++) {
      double plain = Writers.run(WRITERS, options.seconds(), claims::plain).perSecond();
      double claimed = Writers.run(WRITERS, options.seconds(), claims::claimed).perSecond();
      report.note("write_per_s", plain);
      report.note("write_claimed_per_s", claimed);
      report.note("claimed_ratio", claimed / plain);
      report.note("write_rounds", claims.rounds(claims::plain));
      report.note("write_claimed_rounds", claims.rounds(claims::claimed));
    }
    report.tell(
        "writes of one event, %d writers: %.0f/s; with claim and answer %.0f/s (%.2f times that)",
        WRITERS,
        report.median("write_per_s"),
        report.median("write_claimed_per_s"),
        report.median("claimed_ratio"));
    report.tell(
        "  rounds of group commit for one write alone: %.2f; with claim and answer %.2f",
        report.median("write_rounds"), report.median("write_claimed_rounds"));
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
}
