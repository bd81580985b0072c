package io.crossdock.runtime.lifecycle;

import org.slf4j.bridge.SLF4JBridgeHandler;

/** Leads what libraries say through {@code java.util.logging} into the one log of the process. */
final class Logging {

  private Logging() {}

  static void begin() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }
}
