/** What the ledger reports to operators: its metrics, and a span for each delivery of an event. */
@NullMarked
package io.crossdock.ledger.telemetry;

import org.jspecify.annotations.NullMarked;
