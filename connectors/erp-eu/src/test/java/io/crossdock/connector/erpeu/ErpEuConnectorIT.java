package io.crossdock.connector.erpeu;

import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.connector.testkit.StockConformance;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.grpc.ServiceDescriptor;
import java.util.List;

class ErpEuConnectorIT extends StockConformance {

  ErpEuConnectorIT() {
    super(
        "EU-001",
        new Paths(
            "/A_ReservationDocumentHeader", "/Commit", "/Withdraw", "/A_MaterialDocumentHeader"));
  }

  @Override
  protected ConnectorProcess process() {
    return ErpEuConnector.process();
  }

  @Override
  protected String backendName() {
    return "erp-eu";
  }

  @Override
  protected List<ServiceDescriptor> services() {
    return List.of(InventoryServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected List<MethodCase<?, ?>> cases() {
    return stockCases();
  }
}
