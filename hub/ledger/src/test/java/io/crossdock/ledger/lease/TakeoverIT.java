package io.crossdock.ledger.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.store.ChildProcess;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.TestLedger;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that are real processes, killed and paused. */
@Timeout(120)
class TakeoverIT {

  private static final long WITHIN_SECONDS = 5;
  private static final long START_SECONDS = 60;

  @TempDir Path dir;

  @Test
  void theWorkOfAKilledNodeGoesOnElsewhere() throws Exception {
    String address = TestLedger.address(Engine.POSTGRESQL, dir);
    try (Store store = Store.open(TestLedger.at(address), 1);
        ChildProcess first = ready(address)) {
      schedule(store, "w1");
      assertThat(first.next(START_SECONDS)).isEqualTo("got w1");
      try (ChildProcess second = ready(address)) {
        long killed = System.nanoTime();
        var _ = first.kill();

        assertThat(second.next(START_SECONDS)).isEqualTo("got w1");

        assertThat(Duration.ofNanos(System.nanoTime() - killed))
            .isLessThan(Duration.ofSeconds(WITHIN_SECONDS));
        second.tell("go on");
        assertThat(second.next(START_SECONDS)).isEqualTo("committed w1");
        assertThat(effects(store, "w1")).isEqualTo(1);
      }
    }
  }

  @Test
  void aPausedNodeThatWakesAfterATakeoverCannotCommit() throws Exception {
    String address = TestLedger.address(Engine.POSTGRESQL, dir);
    try (Store store = Store.open(TestLedger.at(address), 1);
        ChildProcess first = ready(address)) {
      schedule(store, "w1");
      assertThat(first.next(START_SECONDS)).isEqualTo("got w1");
      try (ChildProcess second = ready(address)) {
        long paused = System.nanoTime();
        first.signal("STOP");
        assertThat(second.next(START_SECONDS)).isEqualTo("got w1");
        assertThat(Duration.ofNanos(System.nanoTime() - paused))
            .isLessThan(Duration.ofSeconds(WITHIN_SECONDS));

        // Both write: the paused one first, because a lease that merely ran out is no reason.
        first.signal("CONT");
        first.tell("go on");
        assertThat(first.next(START_SECONDS)).isEqualTo("refused w1");
        second.tell("go on");
        assertThat(second.next(START_SECONDS)).isEqualTo("committed w1");

        assertThat(effects(store, "w1")).isEqualTo(1);
      }
    }
  }

  @Test
  void onSqliteTheSameNodeGoesOnAfterItsRestart() throws Exception {
    String address = TestLedger.address(Engine.SQLITE, dir);
    try (Store store = Store.open(TestLedger.at(address), 1)) {
      schedule(store, "w1");
    }
    try (ChildProcess first = ChildProcess.start(LeaseNode.class, address)) {
      var _ = first.next(START_SECONDS);
      var _ = first.next(START_SECONDS);
      var _ = first.kill();
    }

    try (ChildProcess second = ChildProcess.start(LeaseNode.class, address)) {
      // At once, not after the lease: nobody else can have the directory.
      assertThat(second.next(START_SECONDS)).isIn("ready", "got w1");
      assertThat(second.next(1)).isIn("ready", "got w1");
      second.tell("go on");
      assertThat(second.next(START_SECONDS)).isEqualTo("committed w1");
      var _ = second.kill();
    }
    try (Store store = Store.open(TestLedger.at(address), 1)) {
      assertThat(effects(store, "w1")).isEqualTo(1);
    }
  }

  private static ChildProcess ready(String address) throws Exception {
    ChildProcess node = ChildProcess.start(LeaseNode.class, address);
    assertThat(node.next(START_SECONDS)).isEqualTo("ready");
    return node;
  }

  private static void schedule(Store store, String id) {
    Leases leases = Leases.start(store, LeaseNode.LEASE);
    boolean scheduled =
        store.write(connection ->
            leases.schedule(connection, "takeover", id, Duration.ZERO, ByteString.EMPTY));
    leases.close();
    assertThat(scheduled).isTrue();
  }

  private static int effects(Store store, String id) {
    return new Audit(store, Clock.systemUTC())
        .list(ListAuditRecordsRequest.newBuilder().setSubjectId(id).build(), Long.MAX_VALUE, 10)
        .size();
  }
}
