package io.crossdock.gateway.connector;

import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs when a process of a connector is lost and when it is back, once each. Any thread. */
final class Reachability {

  private static final Logger LOG = LoggerFactory.getLogger(Reachability.class);

  private final String connector;
  private final String instance;
  private final AtomicReference<State> logged = new AtomicReference<>(State.NOT_KNOWN);

  private enum State {
    NOT_KNOWN,
    READY,
    LOST
  }

  Reachability(String connector, String instance) {
    this.connector = connector;
    this.instance = instance;
  }

  /** The process takes calls. */
  void ready() {
    if (logged.getAndSet(State.READY) != State.READY) {
      LOG.atInfo()
          .addKeyValue("connector", connector)
          .addKeyValue("instance", instance)
          .log("connector ready");
    }
  }

  /**
   * The process takes no calls.
   *
   * @param reason in a few words
   */
  void lost(String reason) {
    if (logged.getAndSet(State.LOST) != State.LOST) {
      LOG.atWarn()
          .addKeyValue("connector", connector)
          .addKeyValue("instance", instance)
          .addKeyValue("reason", reason)
          .log("connector lost");
    }
  }
}
