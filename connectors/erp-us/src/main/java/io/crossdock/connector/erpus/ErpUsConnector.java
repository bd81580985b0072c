package io.crossdock.connector.erpus;

import io.crossdock.connector.process.ConnectorProcess;
import java.util.List;

/** The connector of the American ERP as a process. */
public final class ErpUsConnector {

  private static final int PORT = 7102;

  private ErpUsConnector() {}

  /** Runs the connector until it is told to stop. */
  public static void main(String[] args) {
    System.exit(process().run(args));
  }

  static ConnectorProcess process() {
    return new ConnectorProcess(
        "erp-us",
        PORT,
        new ErpUsErrors(),
        backend -> {
          Erp erp = new Erp(backend);
          return List.of(
              new InventoryMethods(erp).service(),
              new PriceMethods(erp).service(),
              new ProductMethods(erp).service());
        });
  }
}
