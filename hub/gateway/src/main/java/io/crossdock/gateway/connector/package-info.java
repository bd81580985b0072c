/**
 * Connections to connector processes, and the exchange of one call with them.
 *
 * <p>Each process of a connector has one connection per event loop, so that a call is never handed
 * from thread to thread; a channel's callbacks run on its loop. A process takes calls while its
 * connection is ready and it does not say NOT_SERVING. What a connector says is read with
 * suspicion: statuses, details and answers are checked before they pass.
 *
 * <p>Read first: {@link io.crossdock.gateway.connector.ConnectorExchange}, {@link
 * io.crossdock.gateway.connector.Connector}, {@link io.crossdock.gateway.connector.Connectors}.
 */
@NullMarked
package io.crossdock.gateway.connector;

import org.jspecify.annotations.NullMarked;
