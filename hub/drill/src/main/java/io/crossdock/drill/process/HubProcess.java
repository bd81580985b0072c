package io.crossdock.drill.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A hub that is started, killed and started again. One thread does that; any thread may ask for its
 * channel.
 */
public final class HubProcess implements AutoCloseable {

  private static final Pattern READY = Pattern.compile(".* ready grpc=(\\S+) ops=(\\S+).*");
  private static final long START_AGAIN_MILLIS = 200;
  private static final int LAST_LINES = 15;

  private final String name;
  private final List<String> command;
  private final Path log;
  private @Nullable Process process;
  private CompletableFuture<Ready> ready = new CompletableFuture<>();
  private volatile @Nullable ManagedChannel channel;
  private volatile @Nullable Ready where;
  private int failedStarts;
  private boolean closed;

  /** What it says when it is ready. */
  private record Ready(String grpc, String ops) {}

  /**
   * @param name as people read it
   * @param command of the whole process
   * @param log file to which all that it says is added
   */
  public HubProcess(String name, List<String> command, Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.log = log;
  }

  /** As people read it. */
  public String name() {
    return name;
  }

  /** How often it could not start, for example because its database was cut off. */
  public int failedStarts() {
    return failedStarts;
  }

  /** Whether its process is there. */
  public boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Where it can be called; null while it is not ready. */
  public @Nullable Channel channel() {
    return channel;
  }

  /**
   * Host and port of its gRPC server.
   *
   * @throws IllegalStateException when it was never ready
   */
  public String address() {
    Ready last = where;
    if (last == null) {
      throw new IllegalStateException(name + " was never ready");
    }
    return last.grpc();
  }

  /** Host and port of its metrics and health; null when it was never ready. */
  public @Nullable String ops() {
    Ready last = where;
    return last == null ? null : last.ops();
  }

  /** Begins to start. */
  public synchronized void start() throws IOException {
    if (closed) {
      throw new IOException("the drill is over");
    }
    Process started =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    CompletableFuture<Ready> told = new CompletableFuture<>();
    process = started;
    ready = told;
    Thread.ofVirtual().start(() -> listen(started, told));
  }

  /**
   * Waits until it is ready. When it ends instead it is started again, as whoever watches over a
   * hub would do.
   *
   * @throws IOException when it is not ready in time, with the last it said
   */
  public void awaitReady(Duration patience) throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < end) {
      try {
        Ready told = ready.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        where = told;
        if (channel == null) {
          channel =
              Grpc.newChannelBuilder(told.grpc(), InsecureChannelCredentials.create()).build();
        }
        return;
      } catch (ExecutionException e) {
        failedStarts++;
        Thread.sleep(START_AGAIN_MILLIS);
        start();
      } catch (TimeoutException e) {
        break;
      }
    }
    throw new IOException(
        name + " is not ready after " + patience.toSeconds() + " s. It said last:\n" + lastWords());
  }

  /** Kills it with {@code kill -9}. */
  public void kill() throws InterruptedException {
    hangUp();
    Process running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  /**
   * Asks it to stop (SIGTERM) and waits until it has.
   *
   * @throws IOException when it does not stop in time or not as it should
   */
  public void stop(Duration patience) throws IOException, InterruptedException {
    hangUp();
    Process running = process;
    if (running == null) {
      return;
    }
    // Not by the process itself, which would close its standard input besides.
    running.toHandle().destroy();
    if (!running.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      running.destroyForcibly().waitFor();
      throw new IOException(name + " did not stop. It said last:\n" + lastWords());
    }
    if (running.exitValue() != 128 + 15) {
      throw new IOException(
          name + " stopped with " + running.exitValue() + ". It said last:\n" + lastWords());
    }
  }

  /** Ends it whatever it does; it cannot be started any more. */
  @Override
  public synchronized void close() {
    closed = true;
    hangUp();
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  private void hangUp() {
    ManagedChannel open = channel;
    channel = null;
    if (open != null) {
      // Not at once: in grpc-java a call that is just beginning may then end in a
      // NullPointerException. Calls under way end with the process, or by their deadlines.
      open.shutdown();
    }
  }

  private static void listen(Process started, CompletableFuture<Ready> told) {
    try (BufferedReader lines = started.inputReader(UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher words = READY.matcher(line);
        if (words.matches()) {
          told.complete(new Ready(words.group(1), words.group(2)));
        }
      }
    } catch (IOException e) {
      // It was killed.
    }
    told.completeExceptionally(new IOException("ended before it was ready"));
  }

  /** The last lines that it said. */
  public String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException e) {
      return "(" + log + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
