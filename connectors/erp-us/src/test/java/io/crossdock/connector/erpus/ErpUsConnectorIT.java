package io.crossdock.connector.erpus;

import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.connector.testkit.StockConformance;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.grpc.ServiceDescriptor;
import java.util.List;

class ErpUsConnectorIT extends StockConformance {

  ErpUsConnectorIT() {
    super("US-001", new Paths("/reservations", "/confirm", "/cancel", "/journals"));
  }

  @Override
  protected ConnectorProcess process() {
    return ErpUsConnector.process();
  }

  @Override
  protected String backendName() {
    return "erp-us";
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
