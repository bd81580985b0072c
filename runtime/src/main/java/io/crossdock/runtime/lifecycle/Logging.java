package io.crossdock.runtime.lifecycle;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** The one log of the process. */
final class Logging {

  private static final Logger LOG = LoggerFactory.getLogger(Logging.class);

  // EX_SOFTWARE of sysexits.h.
  private static final int FATAL = 70;

  private Logging() {}

  /**
   * Leads there what libraries say through {@code java.util.logging}, and what no thread caught. An
   * {@link Error} that nobody caught ends the process, so that its service manager starts it again.
   */
  static void begin() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
      try {
        LOG.atError().addKeyValue("thread", thread.getName()).setCause(e).log("not caught");
      } finally {
        if (e instanceof Error) {
          Runtime.getRuntime().halt(FATAL);
        }
      }
    });
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
