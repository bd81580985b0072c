package io.crossdock.ledger.consumer;

import io.crossdock.ledger.store.Engine;

class PostgresDeliveryIT extends DeliveryProperties {

  PostgresDeliveryIT() {
    super(Engine.POSTGRESQL);
  }
}
