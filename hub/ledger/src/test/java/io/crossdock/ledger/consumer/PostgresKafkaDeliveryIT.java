package io.crossdock.ledger.consumer;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class PostgresKafkaDeliveryIT extends DeliveryProperties {

  PostgresKafkaDeliveryIT() {
    super(DeliveryMode.POSTGRESQL_AND_KAFKA);
  }

  @Property(tries = 5, shrinking = ShrinkingMode.OFF)
  void eachEventTakesEffectOnceAndInOrder(@ForAll("steps") List<Step> steps) throws Exception {
    play(steps);
  }
}
