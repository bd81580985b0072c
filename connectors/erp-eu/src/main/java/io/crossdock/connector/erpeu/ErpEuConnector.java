package io.crossdock.connector.erpeu;

import io.crossdock.connector.process.ConnectorProcess;
import java.util.List;

/** The connector of the European ERP as a process. */
public final class ErpEuConnector {

  private static final int PORT = 7101;

  private ErpEuConnector() {}

  /** Runs the connector until the process is stopped. */
  public static void main(String[] args) {
    System.exit(process().run(args));
  }

  static ConnectorProcess process() {
    return new ConnectorProcess(
        "erp-eu",
        PORT,
        new ErpEuErrors(),
        backend -> {
          ErpEuClient erp = new ErpEuClient(backend);
          return List.of(
              new ErpEuInventoryService(erp).service(),
              new ErpEuPriceService(erp).service(),
              new ErpEuProductService(erp).service());
        });
  }
}
