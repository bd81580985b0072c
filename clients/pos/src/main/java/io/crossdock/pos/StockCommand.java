package io.crossdock.pos;

import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Quantity;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.terminal.FailureMessages;
import io.crossdock.terminal.HubCommand;
import io.crossdock.terminal.Printable;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows the stock of an item. */
@Command(
    name = "stock",
    mixinStandardHelpOptions = true,
    description = "Shows the stock of an item in a store or warehouse.")
final class StockCommand extends HubCommand<GetAvailabilityResponse> {

  @Parameters(index = "0", paramLabel = "ITEM", description = "Item, for example SKU-1001.")
  private String item = "";

  @Parameters(
      index = "1",
      paramLabel = "LOCATION",
      description = "Store or warehouse, for example EU-001.")
  private String location = "";

  StockCommand() {
    super("crossdock-pos", "till stock", InventoryServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected GetAvailabilityResponse ask(Hub hub) {
    return hub.stub(InventoryServiceGrpc::newBlockingStub)
        .getAvailability(
            GetAvailabilityRequest.newBuilder().setItemId(item).setLocationId(location).build());
  }

  @Override
  protected void print(GetAvailabilityResponse answer, PrintWriter out) {
    Availability stock = answer.getAvailability();
    out.println(Printable.line(stock.getItemId() + " at " + stock.getLocationId()));
    Receipt receipt = new Receipt();
    if (stock.hasAvailableToSell()) {
      receipt.add("available", TillFormat.quantity(stock.getAvailableToSell()));
    }
    if (stock.hasOnHand()) {
      receipt.add("on hand", TillFormat.quantity(stock.getOnHand()));
    }
    // What is between the two, so that the figures add up on the screen.
    heldBack(receipt, "reserved", stock.hasReserved(), stock.getReserved());
    heldBack(receipt, "allocated", stock.hasAllocated(), stock.getAllocated());
    heldBack(receipt, "safety stock", stock.hasSafetyStock(), stock.getSafetyStock());
    heldBack(receipt, "damaged", stock.hasDamaged(), stock.getDamaged());
    heldBack(receipt, "in inspection", stock.hasQualityHold(), stock.getQualityHold());
    heldBack(receipt, "returned", stock.hasReturnedPending(), stock.getReturnedPending());
    heldBack(receipt, "other", stock.hasHeldBackOther(), stock.getHeldBackOther());
    if (stock.hasInTransit()) {
      receipt.add("inbound", TillFormat.quantity(stock.getInTransit()));
    }
    stock
        .getAtpList()
        .forEach(promise ->
            receipt.add(
                "available by " + TillFormat.date(promise.getDate()),
                TillFormat.quantity(promise.getQuantity())));
    receipt.print(out);
    if (stock.hasRestockAt()) {
      out.println(
          "restock expected on "
              + Instant.ofEpochMilli(Timestamps.toMillis(stock.getRestockAt()))
                  .atOffset(ZoneOffset.UTC)
                  .toLocalDate());
    }
    if (stock.getBackorderable()) {
      out.println("can be backordered");
    }
    out.println(TillFormat.freshness(answer.getFreshness(), answer.getHubFreshness()));
  }

  private static void heldBack(Receipt receipt, String name, boolean known, Quantity quantity) {
    if (known && !TillFormat.isZero(quantity)) {
      receipt.add("  " + name, TillFormat.quantity(quantity));
    }
  }

  @Override
  protected FailureMessages failureMessages() {
    return new FailureMessages(
        "The stock system",
        "check the shelf",
        "%s does not stock %s, or there is no such item or location.".formatted(location, item),
        "%s at %s: not an item number and a location number.".formatted(item, location));
  }
}
