/**
 * Traces and metrics of a process: OpenTelemetry, set up by the standard {@code OTEL_*} variables.
 */
@NullMarked
package io.crossdock.runtime.telemetry;

import org.jspecify.annotations.NullMarked;
