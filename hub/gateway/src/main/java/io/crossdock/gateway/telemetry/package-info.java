/**
 * Span, metrics and log line of a call, and figures of the data plane's memory.
 *
 * <p>These are the outermost policies: they learn of every outcome, in reverse order the log line
 * before the metrics before the span. No body, no field value and no personal data ever reaches
 * them.
 *
 * <p>Read first: {@link io.crossdock.gateway.telemetry.TracePolicy}, {@link
 * io.crossdock.gateway.telemetry.MetricsPolicy}, {@link
 * io.crossdock.gateway.telemetry.CallLogPolicy}.
 */
@NullMarked
package io.crossdock.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
