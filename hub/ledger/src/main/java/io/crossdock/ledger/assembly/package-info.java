/**
 * The ledger as a hub runs it: opened from the configuration, with its services, its consumers and
 * its background work. Knows every other package of the ledger; only {@code part} knows it.
 */
@NullMarked
package io.crossdock.ledger.assembly;

import org.jspecify.annotations.NullMarked;
