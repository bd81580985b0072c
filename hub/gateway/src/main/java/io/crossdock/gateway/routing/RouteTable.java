package io.crossdock.gateway.routing;

/**
 * The routes in force, which can be replaced while calls run. Safe for any thread.
 *
 * <p>A call looks up its target once: calls in flight end where they began.
 */
public final class RouteTable {

  private volatile Routes routes;

  public RouteTable(Routes routes) {
    this.routes = routes;
  }

  /** The routes that calls take from now on. */
  public Routes current() {
    return routes;
  }

  /** Replaces the routes for every call that begins afterwards. */
  public void swap(Routes next) {
    routes = next;
  }
}
