/** Tests of telemetry. */
@NullMarked
package io.crossdock.runtime.telemetry;

import org.jspecify.annotations.NullMarked;
