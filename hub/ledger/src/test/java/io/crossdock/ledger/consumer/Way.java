package io.crossdock.ledger.consumer;

import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.kafka.KafkaSettings;
import io.crossdock.ledger.kafka.TestBroker;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** The ways on which events come to their consumers. */
public enum Way {
  SQLITE(Engine.SQLITE, false),
  POSTGRESQL(Engine.POSTGRESQL, false),
  SQLITE_AND_KAFKA(Engine.SQLITE, true),
  POSTGRESQL_AND_KAFKA(Engine.POSTGRESQL, true);

  private final Engine engine;
  private final boolean kafka;

  Way(Engine engine, boolean kafka) {
    this.engine = engine;
    this.kafka = kafka;
  }

  /** The database. */
  public Engine engine() {
    return engine;
  }

  /** How nodes of one installation are started; with topics of their own. */
  public Nodes nodes(
      Store store, EventLog log, EventSignal signal, Hospital hospital, Duration lease) {
    Clock clock = Clock.systemUTC();
    if (!kafka) {
      return () -> new Consumers(store, log, signal, hospital, clock, node(), lease);
    }
    KafkaSettings settings = TestBroker.shared().settings(3);
    return () -> Consumers.overKafka(store, log, signal, hospital, clock, node(), lease, settings);
  }

  private static String node() {
    return UUID.randomUUID().toString();
  }
}
