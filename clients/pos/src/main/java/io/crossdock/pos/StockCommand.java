package io.crossdock.pos;

import com.google.gson.JsonObject;
import com.google.protobuf.util.Timestamps;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.terminal.FailureMessages;
import io.crossdock.terminal.HubCommand;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Tells the stock of an item. */
@Command(
    name = "stock",
    mixinStandardHelpOptions = true,
    description = "Tells the stock of an item in a store or warehouse.")
final class StockCommand extends HubCommand<GetAvailabilityResponse> {

  @Parameters(index = "0", paramLabel = "ITEM", description = "The item, for example SKU-1001.")
  private String item = "";

  @Parameters(index = "1", paramLabel = "LOCATION", description = "Where, for example EU-001.")
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
    out.println(stock.getItemId() + " at " + stock.getLocationId());
    Receipt receipt = new Receipt();
    if (stock.hasAvailableToSell()) {
      receipt.add("to sell", TillFormat.quantity(stock.getAvailableToSell()));
    }
    if (stock.hasOnHand()) {
      receipt.add("in the building", TillFormat.quantity(stock.getOnHand()));
    }
    if (stock.hasReserved()) {
      receipt.add("reserved", TillFormat.quantity(stock.getReserved()));
    }
    if (stock.hasInTransit()) {
      receipt.add("on the way", TillFormat.quantity(stock.getInTransit()));
    }
    stock
        .getAtpList()
        .forEach(promise ->
            receipt.add(
                "in all by " + TillFormat.date(promise.getDate()),
                TillFormat.quantity(promise.getQuantity())));
    receipt.print(out);
    if (stock.hasRestockAt()) {
      out.println(
          "expected again on "
              + Instant.ofEpochMilli(Timestamps.toMillis(stock.getRestockAt()))
                  .atOffset(ZoneOffset.UTC)
                  .toLocalDate());
    }
    if (stock.getBackorderable()) {
      out.println("may be sold beyond what is there");
    }
    out.println(TillFormat.freshness(answer.getFreshness(), answer.getHubFreshness()));
  }

  @Override
  protected JsonObject json(GetAvailabilityResponse answer) {
    return ProtoJson.of(answer);
  }

  @Override
  protected FailureMessages failureMessages() {
    return new FailureMessages(
        "The stock system",
        "look on the shelf",
        "%s does not keep %s, or there is no such item or location.".formatted(location, item),
        "%s at %s: this is not an item's and a location's number.".formatted(item, location));
  }
}
