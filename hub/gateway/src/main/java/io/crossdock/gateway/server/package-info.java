/** The gRPC server: event loops, one handler per contract method, health and reflection. */
@NullMarked
package io.crossdock.gateway.server;

import org.jspecify.annotations.NullMarked;
