/** Proves that the wire reader reads as protobuf's own parser does. */
@NullMarked
package io.crossdock.gateway.wire;

import org.jspecify.annotations.NullMarked;
