/**
 * Which connector serves a call: by service, or by conditions over the routing attributes that the
 * contract marks in its requests.
 *
 * <p>Routes are immutable and compiled at start; {@link io.crossdock.gateway.routing.RouteTable}
 * swaps them as a whole while calls run. Decisions are cached, bounded in number and length. Safe
 * for any thread.
 *
 * <p>Read first: {@link io.crossdock.gateway.routing.Routes}, {@link
 * io.crossdock.gateway.routing.RouteCondition}, {@link io.crossdock.gateway.routing.RouteTable}.
 */
@NullMarked
package io.crossdock.gateway.routing;

import org.jspecify.annotations.NullMarked;
