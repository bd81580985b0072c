package io.crossdock.connector.erpus;

import io.crossdock.common.v1.Quantity;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The unit of each item, which the ERP leaves out where it speaks of quantities.
 *
 * <p>An item never changes its unit, so what was learnt once is kept; there are as many entries as
 * items in the assortment.
 */
final class Units {

  private static final int ITEMS = 200;

  private final ErpUsClient erp;
  private final Map<Integer, String> units = new ConcurrentHashMap<>();

  Units(ErpUsClient erp) {
    this.erp = erp;
  }

  /** Learns from a row of stock. */
  void learn(BackendData row) {
    units.put(row.integer32("itemNumber"), ErpUsCodes.unit(row));
  }

  /** Learns the units of items that are not known yet. */
  void learn(ErpUsClient.Site site, List<Integer> itemNumbers) throws InterruptedException {
    List<Integer> missing =
        itemNumbers.stream().distinct().filter(item -> !units.containsKey(item)).toList();
    for (int i = 0; i < missing.size(); i += ITEMS) {
      List<Integer> some = missing.subList(i, Math.min(i + ITEMS, missing.size()));
      erp.onhand(site, some).list("items").forEach(this::learn);
    }
  }

  /** The unit of an item; empty when the site does not keep it. */
  String of(int itemNumber) {
    return units.getOrDefault(itemNumber, "");
  }

  /**
   * Refuses a quantity in another unit than the item's: the ERP would take the number for its own.
   */
  void expect(int itemNumber, Quantity quantity, String field) {
    String unit = of(itemNumber);
    String asked = quantity.getUnitCode().isEmpty() ? "C62" : quantity.getUnitCode();
    if (!unit.isEmpty() && !unit.equals(asked)) {
      throw Canonical.refused(field + ".unit_code", "the item's unit, " + unit);
    }
  }
}
