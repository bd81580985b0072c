package io.crossdock.hub.ledger;

import com.google.common.util.concurrent.Uninterruptibles;
import io.crossdock.failure.FailureException;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.config.HubSettings;
import io.crossdock.ledger.assembly.HubLedger;
import io.crossdock.ledger.consumer.Consumer;
import io.crossdock.ledger.part.HubPart;
import io.crossdock.ledger.part.PartContext;
import io.crossdock.ledger.store.LedgerException;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServiceDescriptor;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the ledger, its services and the delivery of events.
 *
 * <p>A ledger that is out for now (a database that is away, a full disk) does not keep the hub from
 * starting: calls that need no ledger are served, those that do are answered with UNAVAILABLE, and
 * the ledger is tried again every two seconds. One that an operator has to repair does.
 */
public final class LedgerOpening implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerOpening.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final HubSettings settings;
  private final Path base;
  private final LedgerSlot slot;
  private final LateServices late = new LateServices();
  private final List<HubPart> parts;
  private final CountDownLatch closing = new CountDownLatch(1);
  private @Nullable Thread retrying;
  private volatile @Nullable EventDelivery delivery;

  /**
   * @param base directory that paths of the configuration are relative to
   */
  public LedgerOpening(HubSettings settings, Path base, LedgerSlot slot, List<HubPart> parts) {
    this.settings = settings;
    this.base = base;
    this.slot = slot;
    this.parts = parts;
  }

  /**
   * Opens the ledger, unless the configuration has none or it is out for now. Before the gateway
   * starts.
   *
   * @throws LedgerException when an operator has to act
   */
  public void open() throws LedgerException {
    if (settings.config().hasLedger()) {
      String problem = tryToOpen();
      if (problem != null) {
        LOG.atError()
            .addKeyValue("reason", problem)
            .log("the ledger cannot be opened; the hub starts without it and tries again");
      }
    }
  }

  /**
   * The services of the ledger and of the parts on it; none when the configuration has no ledger.
   *
   * @param hub calls every service once the hub is ready
   */
  List<BindableService> services(Channel hub) {
    if (!settings.config().hasLedger()) {
      return List.of();
    }
    slot.ledger().ifPresent(open -> serve(open, hub));
    List<ServiceDescriptor> all = new ArrayList<>(HubLedger.SERVICES);
    parts.forEach(part -> all.addAll(part.serviceDescriptors()));
    return late.inPlaceOf(all);
  }

  /**
   * Starts the delivery of events, now or as soon as the ledger is open.
   *
   * @param gateway that is started
   * @throws FailureException when the ledger cannot be read
   */
  public void start(Gateway gateway, OpenTelemetry telemetry) {
    Optional<HubLedger> open = slot.ledger();
    if (open.isPresent()) {
      deliver(open.get(), gateway, telemetry);
    } else if (settings.config().hasLedger()) {
      retrying = Thread.ofVirtual().name("ledger-opening").start(() -> retry(gateway, telemetry));
    }
  }

  /** Ends the delivery, before the gateway that it uses. */
  @Override
  public void close() {
    closing.countDown();
    if (retrying != null) {
      Uninterruptibles.joinUninterruptibly(retrying);
    }
    EventDelivery begun = delivery;
    if (begun != null) {
      begun.close();
    }
  }

  private void serve(HubLedger ledger, Channel hub) {
    List<BindableService> services = new ArrayList<>(ledger.services());
    PartContext context = new PartContext(ledger, hub);
    parts.forEach(part -> services.addAll(part.services(context)));
    late.open(services);
  }

  private void deliver(HubLedger ledger, Gateway gateway, OpenTelemetry telemetry) {
    PartContext context = new PartContext(ledger, gateway.innerChannel());
    List<Consumer> consumers = new ArrayList<>();
    parts.forEach(part -> consumers.addAll(part.consumers(context)));
    delivery =
        EventDelivery.start(
            ledger, gateway, telemetry, settings.config().getConsumersList(), consumers);
  }

  private void retry(Gateway gateway, OpenTelemetry telemetry) {
    try {
      while (!closing.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        if (recovers(gateway, telemetry)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean recovers(Gateway gateway, OpenTelemetry telemetry) {
    try {
      if (tryToOpen() != null) {
        return false;
      }
      HubLedger ledger = slot.ledger().orElseThrow();
      deliver(ledger, gateway, telemetry);
      serve(ledger, gateway.innerChannel());
      // Events of other nodes were not heard of meanwhile.
      int dropped = gateway.cache().invalidateAll();
      LOG.atInfo().addKeyValue("dropped_entries", dropped).log("the ledger is open");
      return true;
    } catch (LedgerException | RuntimeException e) {
      LOG.atError().addKeyValue("reason", e.getMessage()).log("the ledger cannot be opened");
      slot.empty();
      return false;
    }
  }

  /** Why the ledger is out for now; null when it is open. */
  private @Nullable String tryToOpen() throws LedgerException {
    try {
      slot.set(
          HubLedger.open(
              settings.config().getLedger(), base, settings.catalogue(), Clock.systemUTC()));
      return null;
    } catch (LedgerException e) {
      if (e.mayPass()) {
        return String.valueOf(e.getMessage());
      }
      throw e;
    } catch (FailureException e) {
      return e.failure().message();
    }
  }
}
