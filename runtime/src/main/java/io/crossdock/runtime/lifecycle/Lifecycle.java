package io.crossdock.runtime.lifecycle;

import io.crossdock.failure.FailureException;
import io.crossdock.runtime.config.ConfigException;
import io.crossdock.runtime.config.Redaction;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process: its parts are owned in the order in which they start, and closed in reverse when it
 * is stopped (SIGTERM, SIGINT) or when a later part fails to start.
 *
 * <p>A JVM that ends on a signal shows it by its exit code, 143 for SIGTERM and 130 for SIGINT. A
 * process whose parts do not close in time ends with {@link #FAILED}.
 */
public final class Lifecycle {

  /** Exit code of a process that was stopped. */
  public static final int OK = 0;

  /** Exit code of a process that failed for a reason of its own. */
  public static final int FAILED = 1;

  /** Exit code for a wrong configuration or wrong arguments. */
  public static final int BAD_CONFIGURATION = 2;

  /**
   * Exit code for a port that another process has. Not 3, with which the JVM itself ends after an
   * {@link OutOfMemoryError}: a service manager may give up on the one but never on the other.
   */
  public static final int PORT_TAKEN = 4;

  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(90);

  private final String program;
  private final Thread starter = Thread.currentThread();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CountDownLatch stopRequested = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Duration stopWithin = STOP_WITHIN;
  private volatile String closing = "the start";
  private boolean started;
  private boolean ending;
  private boolean watched;

  private Lifecycle(String program) {
    this.program = program;
  }

  /** What a process does between its start and its being ready. */
  public interface Body {

    /** Starts the parts, each given to {@link Lifecycle#own}, and returns when all run. */
    void start(Lifecycle lifecycle) throws Exception;
  }

  /** A start that cannot succeed as things are; the message is all that an operator needs. */
  public static final class CannotStartException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * @param message what is wrong and what to do about it
     */
    public CannotStartException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** A port that could not be opened, and how to name it to an operator. */
  public static final class PortTakenException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * @param setting what to change, for example {@code listen.port}
     */
    public PortTakenException(InetSocketAddress where, String setting, Throwable cause) {
      super(written(where) + " is taken by another process (change " + setting + ")", cause);
    }
  }

  /**
   * Runs a process until it is stopped.
   *
   * @param program its name, as messages begin with it
   * @return its exit code
   */
  public static int run(String program, Body body) {
    Logging.begin();
    Lifecycle lifecycle = new Lifecycle(program);
    Runtime.getRuntime().addShutdownHook(new Thread(lifecycle::end, "stop"));
    Hangup.handle(lifecycle::stop);
    int code;
    try {
      code = lifecycle.startAndWait(body);
    } finally {
      lifecycle.closeParts();
      lifecycle.closed.countDown();
    }
    return code;
  }

  /**
   * Takes a part over: it is closed when the process stops.
   *
   * @throws IllegalStateException when the process is already stopping; the part is closed then
   */
  public <T extends AutoCloseable> T own(T part) {
    synchronized (this) {
      if (!ending) {
        parts.push(part);
        return part;
      }
    }
    close(part);
    throw new IllegalStateException(program + " is stopping");
  }

  /**
   * Sets how long all parts together may take to close, 90 seconds unless set. A part that lets its
   * calls end needs its drain time here and some more.
   */
  public void stopWithin(Duration bound) {
    stopWithin = bound;
  }

  /** Asks the process to stop, as SIGTERM does; returns at once. */
  public void stop() {
    stopRequested.countDown();
  }

  /** Prints on standard output that the process is ready, in one line. */
  @SuppressWarnings("SystemOut") // the line is the interface to whoever started the process
  public void ready(String line) {
    System.out.println(program + " ready " + line);
    System.out.flush();
  }

  /**
   * The exception to throw when a port cannot be opened.
   *
   * @param setting what an operator changes to have another port
   * @return {@code cause} itself when it is about something else
   */
  public static Exception portFailure(InetSocketAddress where, String setting, Exception cause) {
    if (isTaken(cause)) {
      return new PortTakenException(where, setting, cause);
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof BindException) {
        return new IOException(
            "cannot listen on "
                + written(where)
                + ": "
                + each.getMessage()
                + " (change "
                + setting
                + ")",
            cause);
      }
    }
    return cause;
  }

  private int startAndWait(Body body) {
    try {
      body.start(this);
      synchronized (this) {
        started = true;
      }
      stopRequested.await();
      return OK;
    } catch (Throwable e) {
      return isStopRequested() ? OK : failed(e);
    } finally {
      synchronized (this) {
        started = true;
      }
      // Closing must not be cut short by the interruption that ended the start.
      boolean _ = Thread.interrupted();
    }
  }

  private int failed(Throwable e) {
    switch (e) {
      case ConfigException wrong -> {
        report(wrong.getMessage());
        return BAD_CONFIGURATION;
      }
      // What the OTEL_ variables say is configuration too.
      case ConfigurationException wrong -> {
        report(program + ": " + messages(wrong));
        return BAD_CONFIGURATION;
      }
      case PortTakenException taken -> {
        report(program + ": " + taken.getMessage());
        return PORT_TAKEN;
      }
      case Exception exception when isTaken(exception) -> {
        report(program + ": a port is taken by another process: " + messages(e));
        return PORT_TAKEN;
      }
      case CannotStartException expected -> report(program + ": " + expected.getMessage());
      case FailureException expected -> report(program + ": " + expected.getMessage());
      default -> {
        LOG.error("start failed", e);
        report(program + ": start failed: " + messages(e));
      }
    }
    return FAILED;
  }

  @SuppressWarnings("SystemOut") // for the person at the terminal
  private static void report(@Nullable String text) {
    System.err.println(Redaction.withoutPasswords(String.valueOf(text)));
  }

  private boolean isStopRequested() {
    return stopRequested.getCount() == 0;
  }

  // Runs in the shutdown hook: the JVM ends when it returns, so it waits for the parts.
  private void end() {
    stopRequested.countDown();
    synchronized (this) {
      if (!started) {
        starter.interrupt();
      }
    }
    watch();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Logging.end();
  }

  private void closeParts() {
    synchronized (this) {
      ending = true;
    }
    watch();
    for (AutoCloseable part = next(); part != null; part = next()) {
      close(part);
    }
  }

  private synchronized @Nullable AutoCloseable next() {
    return parts.poll();
  }

  private void close(AutoCloseable part) {
    closing = part.getClass().getName();
    try {
      part.close();
    } catch (Throwable e) {
      LOG.atWarn().addKeyValue("part", closing).setCause(e).log("did not close");
    }
  }

  /** From now on the process ends when its time to stop is over, whatever still runs. */
  private synchronized void watch() {
    if (watched) {
      return;
    }
    watched = true;
    Thread.ofPlatform()
        .daemon()
        .name("stop-bound")
        .start(() -> {
          try {
            if (!closed.await(stopWithin.toMillis(), TimeUnit.MILLISECONDS)) {
              LOG.atError()
                  .addKeyValue("part", closing)
                  .log("did not stop within {} s, ending now", stopWithin.toSeconds());
              Logging.end();
              Runtime.getRuntime().halt(FAILED);
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private static boolean isTaken(Throwable e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      // Netty's native transports have an exception of their own.
      if (each instanceof IOException
          && each.getMessage() != null
          && each.getMessage().contains("already in use")) {
        return true;
      }
    }
    return false;
  }

  private static String messages(Throwable e) {
    StringBuilder messages = new StringBuilder();
    String last = "";
    for (Throwable each = e; each != null; each = each.getCause()) {
      String message = each.getMessage() == null ? each.toString() : each.getMessage();
      if (!last.contains(message)) {
        messages.append(messages.isEmpty() ? "" : ": ").append(message);
        last = message;
      }
    }
    return messages.toString();
  }

  private static String written(InetSocketAddress where) {
    return where.getHostString() + ":" + where.getPort();
  }
}
