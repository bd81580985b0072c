package io.crossdock.runtime.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The one log of the process. */
final class Logging {

  private static final Logger LOG = LoggerFactory.getLogger(Logging.class);

  private Logging() {}

  /**
   * Leads there what libraries say through {@code java.util.logging}, and what no thread caught.
   */
  static void begin() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) ->
        LOG.atError().addKeyValue("thread", thread.getName()).setCause(e).log("not caught"));
    level(System.getenv("LOG_LEVEL"));
  }

  /** Writes what is still to be written; nothing is logged afterwards. */
  static void end() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
  }

  // Logback takes a level that it does not know for DEBUG, which floods.
  private static void level(String written) {
    if (written != null
        && Level.toLevel(written, null) == null
        && LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
            instanceof ch.qos.logback.classic.Logger root) {
      root.setLevel(Level.INFO);
      LOG.warn("LOG_LEVEL: {} (expected: one of TRACE, DEBUG, INFO, WARN, ERROR, OFF)", written);
    }
  }
}
