/**
 * Messages as bytes: how they cross gRPC, and how chosen fields are read out of them without
 * building message objects.
 *
 * <p>The reader agrees with protobuf's own parser on every input; a fuzz test holds it to that.
 */
@NullMarked
package io.crossdock.gateway.wire;

import org.jspecify.annotations.NullMarked;
