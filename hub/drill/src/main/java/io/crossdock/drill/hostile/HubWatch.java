package io.crossdock.drill.hostile;

import io.crossdock.drill.process.HubProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Looks at a hub's memory all the time, and starts the hub again when it has died. */
public final class HubWatch implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration UNTIL_READY = Duration.ofMinutes(1);
  private static final long LOOK_MILLIS = 200;
  private static final String HEAP = "jvm_memory_used_bytes{jvm_memory_";
  private static final String DIRECT = "crossdock_netty_memory_used_bytes{";

  private final HubProcess hub;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final Thread thread = Thread.ofPlatform().daemon().name("watch").unstarted(this::run);
  private volatile boolean stopping;
  private final AtomicInteger restarts = new AtomicInteger();
  private volatile long heapMax;
  private volatile long directMax;

  /** Looks at this hub once started. */
  public HubWatch(HubProcess hub) {
    this.hub = hub;
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** How often the hub died. */
  public int restarts() {
    return restarts.get();
  }

  /** Most used heap that was seen, bytes. */
  public long heapMax() {
    return heapMax;
  }

  /** Most direct memory of the data plane that was seen, bytes. */
  public long directMax() {
    return directMax;
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    http.close();
  }

  private void run() {
    try {
      while (!stopping) {
        if (!hub.isAlive()) {
          var _ = restarts.incrementAndGet();
          hub.start();
          hub.awaitReady(UNTIL_READY);
        }
        look();
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      // The drill is over.
    } catch (IOException e) {
      // It does not come back; the innocent calls tell.
    }
  }

  private void look() throws InterruptedException {
    String ops = hub.ops();
    if (ops == null) {
      return;
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + ops + "/metrics")).timeout(PATIENCE).build();
    try {
      String metrics = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      heapMax = Math.max(heapMax, sum(metrics, HEAP, "type=\"heap\""));
      directMax = Math.max(directMax, sum(metrics, DIRECT, "=\"direct\""));
    } catch (IOException e) {
      // It is busy, or has died; both show elsewhere.
    }
  }

  private static long sum(String metrics, String name, String label) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(name) && line.contains(label))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
