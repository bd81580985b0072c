package io.crossdock.runtime.lifecycle;

import io.crossdock.runtime.config.ConfigException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process: its parts are owned in the order in which they start, and closed in reverse when it
 * is told to stop (SIGTERM, SIGINT) or when a later part fails to start.
 */
public final class Lifecycle {

  /** Exit code of a process that ended as it was told to. */
  public static final int OK = 0;

  /** Exit code of a process that failed for a reason of its own. */
  public static final int FAILED = 1;

  /** Exit code for a wrong configuration or wrong arguments. */
  public static final int BAD_CONFIGURATION = 2;

  /** Exit code for a port that another process has. */
  public static final int PORT_TAKEN = 3;

  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  private final String program;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  private Lifecycle(String program) {
    this.program = program;
  }

  /** What a process does between its start and its being ready. */
  public interface Body {

    /** Starts the parts, each given to {@link Lifecycle#own}, and returns when all run. */
    void start(Lifecycle lifecycle) throws Exception;
  }

  /** A port that could not be opened, and how to name it to an operator. */
  public static final class PortTakenException extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * @param setting what to change, for example {@code listen.port}
     */
    public PortTakenException(InetSocketAddress where, String setting, Throwable cause) {
      super(
          where.getHostString()
              + ":"
              + where.getPort()
              + " is taken by another process (change "
              + setting
              + ")",
          cause);
    }
  }

  /**
   * Runs a process until it is told to stop.
   *
   * @param program its name, as messages begin with it
   * @return its exit code
   */
  public static int run(String program, Body body) {
    Logging.begin();
    Lifecycle lifecycle = new Lifecycle(program);
    Thread hook = new Thread(lifecycle::stop, "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    int code = lifecycle.startAndWait(body);
    lifecycle.closeParts();
    lifecycle.closed.countDown();
    return code;
  }

  /** Takes a part over: it is closed when the process stops. */
  public synchronized <T extends AutoCloseable> T own(T part) {
    parts.push(part);
    return part;
  }

  /** Tells on standard output that the process is ready, in one line. */
  @SuppressWarnings("SystemOut") // the line is the interface to whoever started the process
  public void ready(String line) {
    System.out.println(program + " ready " + line);
    System.out.flush();
  }

  @SuppressWarnings("SystemOut") // for the person at the terminal
  private int startAndWait(Body body) {
    try {
      body.start(this);
      told.await();
      return OK;
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
      return BAD_CONFIGURATION;
    } catch (PortTakenException e) {
      System.err.println(program + ": " + e.getMessage());
      return PORT_TAKEN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } catch (Exception e) {
      LOG.error("start failed", e);
      System.err.println(program + ": " + e.getMessage());
      return FAILED;
    }
  }

  /**
   * The exception to throw when a port cannot be opened.
   *
   * @param setting what an operator changes to have another port
   * @return {@code cause} itself when it is about something else
   */
  public static Exception portFailure(InetSocketAddress where, String setting, Exception cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof BindException) {
        return new PortTakenException(where, setting, cause);
      }
    }
    return cause;
  }

  // Runs in the shutdown hook: the JVM ends when it returns, so it waits for the parts.
  private void stop() {
    told.countDown();
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void closeParts() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("part did not close: {}", part, e);
      }
    }
  }
}
