package io.crossdock.ledger.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.idempotency.Claim;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ops.v1.AuditRecord;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/**
 * Writes until it is killed, and tells the id of each write that was acknowledged. A write claims
 * its id, does what it is about and completes the claim, in one transaction.
 */
final class CrashWriter {

  static final String OPERATION = "crash";

  private CrashWriter() {}

  public static void main(String[] args) throws Exception {
    Store store = Store.open(TestLedger.at(args[0]), 1);
    Idempotency idempotency = new Idempotency(store, Clock.systemUTC());
    Audit audit = new Audit(store, Clock.systemUTC());
    Thread last = Thread.currentThread();
    for (int i = 0; i < 16; i++) {
      last =
          Thread.startVirtualThread(() -> {
            while (true) {
              write(store, idempotency, audit);
            }
          });
    }
    last.join();
  }

  private static void write(Store store, Idempotency idempotency, Audit audit) {
    String id = UUID.randomUUID().toString();
    byte[] fingerprint = id.getBytes(UTF_8);
    var _ =
        store.write(connection -> {
          Claim claim =
              idempotency.claim(
                  connection, OPERATION, id, fingerprint, "writer", Duration.ofSeconds(3));
          if (!(claim instanceof Claim.New)) {
            throw new IllegalStateException("not new: " + id);
          }
          var _ =
              audit.append(
                  connection,
                  AuditRecord.newBuilder().setOperation(OPERATION).setSubjectId(id).build());
          return idempotency.complete(connection, OPERATION, id, "writer", fingerprint);
        });
    byte[] line = (id + "\n").getBytes(UTF_8);
    System.out.write(line, 0, line.length);
    System.out.flush();
  }
}
