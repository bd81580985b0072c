package io.crossdock.ledger.consumer;

import io.crossdock.ledger.store.Engine;

class SqliteDeliveryIT extends DeliveryProperties {

  SqliteDeliveryIT() {
    super(Engine.SQLITE);
  }
}
