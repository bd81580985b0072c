package io.crossdock.gateway.server;

import io.crossdock.gateway.pipeline.ExchangeDecorator;
import io.crossdock.gateway.pipeline.Policy;
import java.util.List;

/**
 * Everything that a call meets between its caller and whoever serves it. A gateway is given one and
 * builds none.
 *
 * @param policies first to last; each decides before the exchange and learns after it
 * @param decorators of the exchange, outermost first
 */
public record CallPath(List<Policy> policies, List<ExchangeDecorator> decorators) {

  public CallPath {
    policies = List.copyOf(policies);
    decorators = List.copyOf(decorators);
  }
}
