package io.crossdock.ledger.consumer;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

class SqliteKafkaDeliveryIT extends DeliveryProperties {

  SqliteKafkaDeliveryIT() {
    super(DeliveryMode.SQLITE_AND_KAFKA);
  }

  @Property(tries = 3, shrinking = ShrinkingMode.OFF)
  void eachEventTakesEffectOnceAndInOrder(@ForAll("steps") List<Step> steps) throws Exception {
    play(steps);
  }
}
