package io.crossdock.ledger.assembly;

import io.crossdock.config.v1.KafkaConfig;
import io.crossdock.config.v1.LedgerConfig;
import io.crossdock.config.v1.PostgresConfig;
import io.crossdock.config.v1.RetentionConfig;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.AuditEndpoint;
import io.crossdock.ledger.audit.OperatorActions;
import io.crossdock.ledger.backup.LedgerEndpoint;
import io.crossdock.ledger.backup.LedgerWatch;
import io.crossdock.ledger.consumer.ConsumerWatch;
import io.crossdock.ledger.consumer.Consumers;
import io.crossdock.ledger.consumer.DeliveryContext;
import io.crossdock.ledger.consumer.LogTransport;
import io.crossdock.ledger.consumer.Transport;
import io.crossdock.ledger.deadletter.DeadLetterEndpoint;
import io.crossdock.ledger.deadletter.DeadLetters;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventEndpoint;
import io.crossdock.ledger.event.EventLog;
import io.crossdock.ledger.event.EventSignal;
import io.crossdock.ledger.event.Retention;
import io.crossdock.ledger.housekeeping.Housekeeping;
import io.crossdock.ledger.idempotency.Idempotency;
import io.crossdock.ledger.kafka.KafkaSettings;
import io.crossdock.ledger.kafka.KafkaTransport;
import io.crossdock.ledger.lease.Leases;
import io.crossdock.ledger.offline.OfflineAuthorisations;
import io.crossdock.ledger.position.ConsumerPositions;
import io.crossdock.ledger.registry.ConsumerEndpoint;
import io.crossdock.ledger.replay.ReplayEndpoint;
import io.crossdock.ledger.replay.Replayer;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.LedgerException;
import io.crossdock.ledger.store.PostgresDatabase;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.ConsumerServiceGrpc;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.policy.v1.Lane;
import io.crossdock.time.Durations;
import io.grpc.BindableService;
import io.grpc.ServiceDescriptor;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The hub's ledger and everything that stands on it. */
public final class HubLedger implements AutoCloseable {

  /** The services that a hub with a ledger has. */
  public static final List<ServiceDescriptor> SERVICES =
      List.of(
          EventServiceGrpc.getServiceDescriptor(),
          AuditServiceGrpc.getServiceDescriptor(),
          DeadLetterServiceGrpc.getServiceDescriptor(),
          ReplayServiceGrpc.getServiceDescriptor(),
          ConsumerServiceGrpc.getServiceDescriptor(),
          LedgerServiceGrpc.getServiceDescriptor());

  private static final Duration FINANCIAL_AGE = Duration.ofDays(366);
  private static final Duration BUSINESS_AGE = Duration.ofDays(90);
  private static final Duration STOCK_AGE = Duration.ofDays(7);
  private static final String ARCHIVE = "archive";

  private static final int READERS = 4;
  // How soon a node hears of what another node wrote; the look is one index look-up.
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  private final Store store;
  private final EventLog log;
  private final EventSignal signal;
  private final Idempotency idempotency;
  private final Audit audit;
  private final LedgerWatch watch;
  private final OfflineAuthorisations offline;
  private final DeadLetters deadLetters;
  private final Leases leases;
  private final Consumers consumers;
  private final ConsumerWatch consumerWatch;
  private final Replayer replayer;
  private final Housekeeping housekeeping;
  private final EventEndpoint events;
  private final List<BindableService> services;

  private HubLedger(
      LedgerConfig config, Path base, Store store, EventCatalogue catalogue, Clock clock)
      throws LedgerException {
    Path directory = config.hasDirectory() ? base.resolve(config.getDirectory()) : null;
    this.store = store;
    this.log = new EventLog(store, catalogue, clock);
    this.audit = new Audit(store, clock);
    // Before anything that would write to a ledger which has lost its end.
    this.watch = LedgerWatch.start(store, audit, log, directory);
    this.signal = EventSignal.start(log, LOOK);
    this.idempotency = new Idempotency(store, clock);
    this.offline = new OfflineAuthorisations(store, clock);
    this.deadLetters = new DeadLetters(store, catalogue, clock);
    this.leases = Leases.start(store, Consumers.LEASE);
    this.consumers = consumers(config, clock);
    this.consumerWatch = ConsumerWatch.start(store, log, clock);
    this.replayer = Replayer.start(store, log, leases, deadLetters, consumers, clock);
    this.housekeeping = housekeeping(config.getRetention(), archive(config, base), clock);
    this.events = new EventEndpoint(store, log, signal, idempotency, SIGN_OF_LIFE);
    OperatorActions actions = new OperatorActions(store, idempotency, audit);
    this.services =
        List.of(
            events,
            new AuditEndpoint(audit, clock),
            new DeadLetterEndpoint(deadLetters, consumers::isOutward, actions, clock),
            new ConsumerEndpoint(store, consumers, deadLetters, replayer, actions, clock),
            new ReplayEndpoint(log, consumers, replayer, actions, clock),
            new LedgerEndpoint(store, audit, directory, clock));
  }

  /**
   * Opens the ledger and brings its tables up to date.
   *
   * @param base directory that paths of the configuration are relative to
   * @throws LedgerException when it cannot be used
   * @throws FailureException when it can be opened, but not read or written
   */
  public static HubLedger open(
      LedgerConfig config, Path base, EventCatalogue catalogue, Clock clock)
      throws LedgerException {
    Store store = Store.open(database(config, base), READERS);
    try {
      if (store.engine() == Engine.SQLITE) {
        // The directory is this process's alone, so whoever held a lane is gone.
        Consumers.freeAll(store);
      }
      return new HubLedger(config, base, store, catalogue, clock);
    } catch (LedgerException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static Database database(LedgerConfig config, Path base) {
    return switch (config.getStoreCase()) {
      case DIRECTORY -> new SqliteDatabase(base.resolve(config.getDirectory()));
      case POSTGRESQL -> {
        PostgresConfig postgres = config.getPostgresql();
        yield new PostgresDatabase(postgres.getUrl(), postgres.getUser(), postgres.getPassword());
      }
      case STORE_NOT_SET -> throw new IllegalArgumentException("a ledger without a database");
    };
  }

  private static Path archive(LedgerConfig config, Path base) {
    String named = config.getRetention().getArchive();
    return named.isEmpty()
        ? base.resolve(config.getDirectory()).resolve(ARCHIVE)
        : base.resolve(named);
  }

  private Housekeeping housekeeping(RetentionConfig config, Path archive, Clock clock) {
    Map<Lane, Duration> ages =
        Map.of(
            Lane.LANE_FINANCIAL,
            config.hasFinancial() ? Durations.toJava(config.getFinancial()) : FINANCIAL_AGE,
            Lane.LANE_BUSINESS,
            config.hasBusiness() ? Durations.toJava(config.getBusiness()) : BUSINESS_AGE,
            Lane.LANE_STOCK,
            config.hasStock() ? Durations.toJava(config.getStock()) : STOCK_AGE);
    Retention retention =
        new Retention(log, archive, List.of(ConsumerPositions::holders, Replayer.HOLD));
    return Housekeeping.start(store, log, leases, retention, ages, Housekeeping.USUAL, clock);
  }

  private Consumers consumers(LedgerConfig config, Clock clock) {
    Transport transport =
        config.hasKafka()
            ? new KafkaTransport(log, signal, settings(config.getKafka()))
            : new LogTransport(log, signal);
    return Consumers.open(
        DeliveryContext.of(store, deadLetters, clock, leases.node(), Consumers.LEASE), transport);
  }

  private static KafkaSettings settings(KafkaConfig config) {
    return new KafkaSettings(
        config.getBootstrapServers(),
        config.getTopicPrefix().isEmpty() ? KafkaSettings.USUAL_PREFIX : config.getTopicPrefix(),
        config.hasPartitions() ? config.getPartitions() : KafkaSettings.USUAL_PARTITIONS,
        config.hasReplicationFactor()
            ? config.getReplicationFactor()
            : KafkaSettings.BROKER_DEFAULT,
        config.getPropertiesMap());
  }

  /** The database. */
  public Store store() {
    return store;
  }

  /** The events. */
  public EventLog log() {
    return log;
  }

  /** Wakes who waits for events. */
  public EventSignal signal() {
    return signal;
  }

  /** Writes that must happen once. */
  public Idempotency idempotency() {
    return idempotency;
  }

  /** Who did what. */
  public Audit audit() {
    return audit;
  }

  /** Notices when the ledger goes back behind the hub's back. */
  public LedgerWatch watch() {
    return watch;
  }

  /** What was accepted without its owner. */
  public OfflineAuthorisations offline() {
    return offline;
  }

  /** Events that were not taken. */
  public DeadLetters deadLetters() {
    return deadLetters;
  }

  /** Work that outlives this process. */
  public Leases leases() {
    return leases;
  }

  /** Who is told of events on this node. */
  public Consumers consumers() {
    return consumers;
  }

  /** What the consumers have still to do, and what nobody reads. */
  public ConsumerWatch consumerWatch() {
    return consumerWatch;
  }

  /** Its services, to be reached through the pipeline. */
  public List<BindableService> services() {
    return services;
  }

  /**
   * Ends what would never end by itself: the streams of subscribers, who go on elsewhere, the
   * deliveries, the replays and the housekeeping. The services answer until {@link #close}.
   */
  public void quiesce() {
    events.close();
    housekeeping.close();
    replayer.close();
    consumerWatch.close();
    consumers.close();
  }

  @Override
  public void close() {
    quiesce();
    leases.close();
    signal.close();
    watch.close();
    store.close();
  }
}
