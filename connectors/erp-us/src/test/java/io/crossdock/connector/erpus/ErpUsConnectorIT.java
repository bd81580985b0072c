package io.crossdock.connector.erpus;

import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.CatalogueConformance;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.price.v1.PriceServiceGrpc;
import io.crossdock.product.v1.ProductServiceGrpc;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.stream.Stream;

class ErpUsConnectorIT extends CatalogueConformance {

  ErpUsConnectorIT() {
    super(
        "US-001",
        new Paths("/reservations", "/confirm", "/cancel", "/journals"),
        false,
        new Prices("USD", "21.90", "20.80", false, "XCS", "LBR", "US-STANDARD"));
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
    return List.of(
        InventoryServiceGrpc.getServiceDescriptor(),
        PriceServiceGrpc.getServiceDescriptor(),
        ProductServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected List<MethodCase<?, ?>> cases() {
    return Stream.of(stockCases(), priceCases(), productCases())
        .<MethodCase<?, ?>>flatMap(List::stream)
        .toList();
  }
}
