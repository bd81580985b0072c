/**
 * The gRPC servers: one for callers, one inside the process for the hub's own services, with a
 * handler per contract method, health and reflection.
 *
 * <p>A gateway is given its policies and decorators in a {@link
 * io.crossdock.gateway.server.CallPath}; the app composes them. Parts are started in order,
 * connectors before the port, and closed in reverse; calls in flight get the drain time. Everything
 * here runs at start and stop, on any thread; calls are handled on the event loops.
 *
 * <p>Read first: {@link io.crossdock.gateway.server.CallPath}, {@link
 * io.crossdock.gateway.server.Gateway}, {@link io.crossdock.gateway.server.DataPlane}.
 */
@NullMarked
package io.crossdock.gateway.server;

import org.jspecify.annotations.NullMarked;
