package io.crossdock.connector.erpus;

import io.crossdock.connector.process.ConnectorProcess;
import java.util.List;

/** The connector of the American ERP as a process. */
public final class ErpUsConnector {

  private static final int PORT = 7102;

  private ErpUsConnector() {}

  /** Runs the connector until the process is stopped. */
  public static void main(String[] args) {
    System.exit(process().run(args));
  }

  static ConnectorProcess process() {
    return new ConnectorProcess(
        "erp-us",
        PORT,
        new ErpUsErrors(),
        backend -> {
          ErpUsClient erp = new ErpUsClient(backend);
          return List.of(
              new ErpUsInventoryService(erp).service(),
              new ErpUsPriceService(erp).service(),
              new ErpUsProductService(erp).service());
        });
  }
}
