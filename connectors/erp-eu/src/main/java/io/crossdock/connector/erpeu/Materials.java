package io.crossdock.connector.erpeu;

import io.crossdock.connector.backend.BackendData;
import java.util.ArrayList;
import java.util.List;

/** Reads rows about many materials, in as many calls as their filters need. */
final class Materials {

  // Values of one filter: the address of a call stays below what gateways accept.
  private static final int VALUES = 50;

  private static final String PRODUCTS = "/API_PRODUCT_SRV/A_Product";

  private final ErpEuClient erp;

  Materials(ErpEuClient erp) {
    this.erp = erp;
  }

  /** Rows of materials whose field has one of the values. */
  List<BackendData> products(String field, List<String> values, String also)
      throws InterruptedException {
    return rows(PRODUCTS, field, values, also);
  }

  /** A page of materials. */
  ErpEuClient.Rows products(String filter, int size, String skipToken) throws InterruptedException {
    return erp.rows(
        ErpEuClient.get(PRODUCTS)
            .about("product")
            .query("$filter", filter)
            .query("$top", Integer.toString(size))
            .query("$skiptoken", skipToken));
  }

  /** All rows of a collection whose field has one of the values and of which the rest holds too. */
  List<BackendData> rows(String collection, String field, List<String> values, String also)
      throws InterruptedException {
    List<BackendData> rows = new ArrayList<>();
    for (int i = 0; i < values.size(); i += VALUES) {
      List<String> some = values.subList(i, Math.min(i + VALUES, values.size()));
      String filter = either(field, some) + (also.isEmpty() ? "" : " and " + also);
      String next = "";
      do {
        ErpEuClient.Rows page =
            erp.rows(
                ErpEuClient.get(collection)
                    .about("product")
                    .query("$filter", filter)
                    .query("$skiptoken", next));
        rows.addAll(page.rows());
        next = page.next();
      } while (!next.isEmpty());
    }
    return rows;
  }

  /** A filter that one of the values passes. */
  static String either(String field, List<String> values) {
    return "("
        + String.join(
            " or ", values.stream().map(each -> field + " eq " + ErpEuClient.quoted(each)).toList())
        + ")";
  }

  /** A filter that the materials pass that a plant keeps. */
  static String keptIn(ErpEuClient.Plant plant) {
    return "Plant eq " + ErpEuClient.quoted(plant.number());
  }
}
