/** Delivery of events to connectors that implement {@code EventSinkService}. */
@NullMarked
package io.crossdock.ledger.sink;

import org.jspecify.annotations.NullMarked;
