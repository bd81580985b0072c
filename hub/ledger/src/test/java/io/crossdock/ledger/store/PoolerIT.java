package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a connection pooler before PostgreSQL may do, and what is refused with a sentence. */
@Timeout(60)
class PoolerIT {

  @TempDir Path dir;

  @Test
  void aPoolerThatGivesASessionToSomebodyElseIsRefused() throws Exception {
    String address = TestLedger.address(Engine.POSTGRESQL, dir);
    int port = port(address);
    try (TransactionPooler pooler = new TransactionPooler(port)) {
      LedgerException refused = refusal(address.replace(":" + port, ":" + pooler.port()));

      assertThat(refused)
          .hasMessageContaining("pooler in transaction mode")
          .hasMessageContaining("pool_mode=session");
      assertThat(refused.mayPass()).isFalse();
    }
  }

  @Test
  void aStartupParameterThatAPoolerRefusesIsNamed() throws Exception {
    String address = TestLedger.address(Engine.POSTGRESQL, dir);
    int port = port(address);
    try (TransactionPooler pooler = new TransactionPooler(port)) {
      String url = address.replace(":" + port, ":" + pooler.port());
      LedgerException refused =
          refusal(url + (url.contains("?") ? "&" : "?") + "options=-c%20work_mem=8MB");

      assertThat(refused)
          .hasMessageContaining("ignore_startup_parameters")
          .hasMessageContaining("unsupported startup parameter: options");
      assertThat(refused.mayPass()).isFalse();
    }
  }

  private static int port(String address) {
    return URI.create(address.substring("jdbc:".length())).getPort();
  }

  private static LedgerException refusal(String address) {
    return catchThrowableOfType(
        LedgerException.class, () -> Store.open(new PostgresDatabase(address, "", ""), 1).close());
  }
}
