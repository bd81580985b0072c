package io.crossdock.connector.erpeu;

import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.CatalogueConformance;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.price.v1.PriceServiceGrpc;
import io.crossdock.product.v1.ProductServiceGrpc;
import io.grpc.ServiceDescriptor;
import java.util.List;
import java.util.stream.Stream;

class ErpEuConnectorIT extends CatalogueConformance {

  ErpEuConnectorIT() {
    super(
        "EU-001",
        new Paths(
            "/A_ReservationDocumentHeader", "/Commit", "/Withdraw", "/A_MaterialDocumentHeader"),
        true,
        new Prices("EUR", "19.90", "18.90", true, "XCT", "KGM", "DE-STANDARD"));
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
