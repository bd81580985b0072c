package io.crossdock.ledger.store;

/** The keys of the ledger's log lines; there are no others. */
public final class LogKeys {

  /** Name of a consumer. */
  public static final String CONSUMER = "consumer";

  /** Lane of events. */
  public static final String LANE = "lane";

  /** Id of an event, a UUID. */
  public static final String EVENT_ID = "event_id";

  /** Full name of an event's type. */
  public static final String EVENT_TYPE = "event_type";

  /** Position in the log: the id of an event. */
  public static final String POSITION = "position";

  /** Which attempt it was, from 1. */
  public static final String ATTEMPT = "attempt";

  /** Kind of work or full name of a method. */
  public static final String OPERATION = "operation";

  /** Id of a piece of work. */
  public static final String WORK_ID = "work_id";

  /** Name of a background loop. */
  public static final String LOOP = "loop";

  /** Name of a Kafka topic. */
  public static final String TOPIC = "topic";

  /** Partition of a topic. */
  public static final String PARTITION = "partition";

  /** Offset in a partition. */
  public static final String OFFSET = "offset";

  /** Who keeps events from being deleted. */
  public static final String HOLDER = "holder";

  /** Head of the audit chain: number and hash of its last record. */
  public static final String AUDIT_HEAD = "audit_head";

  /** How many. */
  public static final String COUNT = "count";

  /** Why, without personal data. */
  public static final String REASON = "reason";

  private LogKeys() {}
}
