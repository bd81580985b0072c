package io.crossdock.gateway.telemetry;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The lines that failed calls leave in the log, down to the debug level. */
final class CallLog implements AutoCloseable {

  private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.crossdock.gateway.calls");

  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  CallLog() {
    lines.start();
    LOG.setLevel(Level.DEBUG);
    LOG.setAdditive(false);
    LOG.addAppender(lines);
  }

  List<ILoggingEvent> lines() {
    return List.copyOf(lines.list);
  }

  @Override
  public void close() {
    LOG.detachAppender(lines);
    LOG.setAdditive(true);
    LOG.setLevel(null);
  }
}
