package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.AuditServiceGrpc.AuditServiceBlockingStub;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListRoutesRequest;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hub whose database is away when it starts. */
@Timeout(90)
class LedgerOutageIT {

  @TempDir Path dir;

  @Test
  void servesWhatNeedsNoLedgerAndRecoversByItself() throws Exception {
    int port = freePort();

    try (HubProcess hub = HubProcess.start(dir, config(port))) {
      AuditServiceBlockingStub audit = AuditServiceGrpc.newBlockingStub(hub.grpc());
      int routes =
          OpsServiceGrpc.newBlockingStub(hub.grpc())
              .listRoutes(ListRoutesRequest.getDefaultInstance())
              .getRoutesCount();
      StatusRuntimeException away =
          catchThrowableOfType(StatusRuntimeException.class, () -> list(audit));
      String health = hub.get("/health/ready").body();

      assertThat(routes).isEqualTo(2);
      assertThat(away.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(Failure.from(away).orElseThrow().reason())
          .isEqualTo(Reason.REASON_BACKEND_UNAVAILABLE);
      assertThat(health).contains("\"ledger\":\"DEGRADED\"");

      try (EmbeddedPostgres _ = EmbeddedPostgres.builder().setPort(port).start()) {
        awaitAnswer(audit);
        assertThat(hub.get("/health/ready").body()).contains("\"ledger\":\"UP\"");
      }
    }
  }

  private static void awaitAnswer(AuditServiceBlockingStub audit) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
    while (true) {
      try {
        list(audit);
        return;
      } catch (StatusRuntimeException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  private static void list(AuditServiceBlockingStub audit) {
    var _ = audit.listAuditRecords(ListAuditRecordsRequest.getDefaultInstance());
  }

  private static String config(int port) {
    return """
    listen: {port: 0}
    ops: {port: 0}
    routes:
      - {service: crossdock.ops.v1.OpsService, local: true}
      - {service: crossdock.ops.v1.AuditService, local: true}
    ledger:
      postgresql: {url: "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres"}
    """
        .formatted(port);
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
