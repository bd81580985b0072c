package io.crossdock.connector.stock;

import io.crossdock.inventory.v1.Availability;
import java.time.Instant;
import java.util.List;

/** A backend's stock of one location, for a backend that must be asked for what has changed. */
public interface StockSource {

  /** The stock of every item, a page at a time. */
  Page all(String pageToken) throws InterruptedException;

  /** The stock of some items, a page at a time. */
  Page of(List<String> itemIds, String pageToken) throws InterruptedException;

  /** The stock of the items that changed at or after a moment, a page at a time. */
  Page since(Instant moment, String pageToken) throws InterruptedException;

  /**
   * Some rows of stock, each with its {@code as_of}.
   *
   * @param next token of the next page; empty on the last
   */
  record Page(List<Availability> rows, String next) {

    public Page {
      rows = List.copyOf(rows);
    }
  }
}
