package io.crossdock.ledger.lease;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.AuditRecord;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A node in a process of its own. It tells {@code ready}, {@code got ID} when it has claimed a
 * piece of work, and, after it was told to go on, {@code committed ID} or {@code refused ID}.
 */
final class LeaseNode {

  static final Duration LEASE = Duration.ofSeconds(3);

  private LeaseNode() {}

  public static void main(String[] args) throws Exception {
    Store store = Store.open(TestLedger.at(args[0]), 1);
    Audit audit = new Audit(store, Clock.systemUTC());
    Leases leases = Leases.start(store, LEASE);
    CountDownLatch goOn = new CountDownLatch(1);
    var _ =
        Worker.start(
            leases,
            "takeover",
            4,
            lease -> {
              System.out.println("got " + lease.id());
              goOn.await();
              boolean committed =
                  leases
                      .commit(
                          lease,
                          new Completion.Done(),
                          connection ->
                              audit.append(
                                  connection,
                                  AuditRecord.newBuilder()
                                      .setOperation("takeover")
                                      .setSubjectId(lease.id())
                                      .build()))
                      .isPresent();
              System.out.println((committed ? "committed " : "refused ") + lease.id());
            });
    System.out.println("ready");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    while (in.readLine() != null) {
      goOn.countDown();
    }
    Runtime.getRuntime().halt(0);
  }
}
