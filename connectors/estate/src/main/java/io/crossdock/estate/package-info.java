/**
 * A simulated retail estate: two ERPs, a loyalty platform and a CRM behind one HTTP port, each with
 * a vendor's manners, deterministic data, and faults on demand.
 *
 * <p>{@link io.crossdock.estate.Estate} puts the parts together. From the bottom: {@code world}
 * (master data, clock) and {@code backend} (what a simulated system is made of); {@code erp} (the
 * books that two systems keep) and {@code fault}; the systems themselves, {@code erpeu}, {@code
 * erpus}, {@code loyalty} and {@code crm}; {@code http}, which serves them.
 */
@NullMarked
package io.crossdock.estate;

import org.jspecify.annotations.NullMarked;
