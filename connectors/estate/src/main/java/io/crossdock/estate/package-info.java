/**
 * A simulated retail estate: two ERPs, a loyalty platform and a CRM behind one HTTP port, each with
 * a vendor's manners, deterministic data, and faults on demand.
 *
 * <p>{@link io.crossdock.estate.Estate} is the whole; each {@code Backend} is one system. What they
 * share is how a request gets to them ({@code HttpPort}, {@code Routes}, {@code Sabotage}) and the
 * books that two of them keep ({@code StockBook}, {@code OrderBook}).
 */
@NullMarked
package io.crossdock.estate;

import org.jspecify.annotations.NullMarked;
