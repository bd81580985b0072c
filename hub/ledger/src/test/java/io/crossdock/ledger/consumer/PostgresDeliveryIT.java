package io.crossdock.ledger.consumer;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class PostgresDeliveryIT extends DeliveryProperties {

  PostgresDeliveryIT() {
    super(DeliveryMode.POSTGRESQL);
  }

  @Property(tries = 25, shrinking = ShrinkingMode.OFF)
  void eachEventTakesEffectOnceAndInOrder(@ForAll("steps") List<Step> steps) throws Exception {
    play(steps);
  }
}
