/** Spans and metrics of calls. */
@NullMarked
package io.crossdock.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
