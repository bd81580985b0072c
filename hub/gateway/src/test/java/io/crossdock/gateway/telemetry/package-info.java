/** Tests of what calls leave behind. */
@NullMarked
package io.crossdock.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
