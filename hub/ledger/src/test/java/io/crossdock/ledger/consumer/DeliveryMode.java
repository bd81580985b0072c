package io.crossdock.ledger.consumer;

import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.kafka.KafkaSettings;
import io.crossdock.ledger.kafka.KafkaTransport;
import io.crossdock.ledger.kafka.TestBroker;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** The ways on which events come to their consumers. */
public enum DeliveryMode {
  SQLITE(Engine.SQLITE, false),
  POSTGRESQL(Engine.POSTGRESQL, false),
  SQLITE_AND_KAFKA(Engine.SQLITE, true),
  POSTGRESQL_AND_KAFKA(Engine.POSTGRESQL, true);

  private final Engine engine;
  private final boolean kafka;

  DeliveryMode(Engine engine, boolean kafka) {
    this.engine = engine;
    this.kafka = kafka;
  }

  /** The database. */
  public Engine engine() {
    return engine;
  }

  /** How nodes of one installation are started; with topics of their own. */
  public Nodes nodes(
      Store store, EventLog log, EventSignal signal, DeadLetters deadLetters, Duration lease) {
    Clock clock = Clock.systemUTC();
    if (!kafka) {
      return () ->
          Consumers.open(
              DeliveryContext.of(store, deadLetters, clock, node(), lease),
              new LogTransport(log, signal));
    }
    KafkaSettings settings = TestBroker.shared().settings(3);
    return () ->
        Consumers.open(
            DeliveryContext.of(store, deadLetters, clock, node(), lease),
            new KafkaTransport(log, signal, settings));
  }

  private static String node() {
    return UUID.randomUUID().toString();
  }
}
