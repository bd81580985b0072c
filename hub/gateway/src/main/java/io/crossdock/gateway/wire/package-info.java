/**
 * Reads chosen fields out of serialized messages without building message objects.
 *
 * <p>Everything here agrees with protobuf's own parser on every input; a fuzz test holds it to
 * that.
 */
@NullMarked
package io.crossdock.gateway.wire;

import org.jspecify.annotations.NullMarked;
