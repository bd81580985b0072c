package io.crossdock.gateway.local;

import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The services inside the hub. Their handlers run on virtual threads and may block; they are
 * reached only through the pipeline, as a connector is.
 */
public final class LocalServices implements AutoCloseable {

  private final ExecutorService threads;
  private final Server server;
  private final ManagedChannel channel;

  private LocalServices(ExecutorService threads, Server server, ManagedChannel channel) {
    this.threads = threads;
    this.server = server;
    this.channel = channel;
  }

  /** Starts the services. */
  public static LocalServices start(List<BindableService> services) {
    String name = InProcessServerBuilder.generateName();
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("local-", 0).factory());
    InProcessServerBuilder builder =
        InProcessServerBuilder.forName(name)
            .executor(threads)
            .intercept(TraceContextInterceptors.RECEIVES);
    services.forEach(builder::addService);
    try {
      return new LocalServices(
          threads,
          builder.build().start(),
          InProcessChannelBuilder.forName(name).directExecutor().build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The way to the services. */
  public Channel channel() {
    return channel;
  }

  /** Lets the calls in flight end, for a while. */
  public void drain(Duration atMost) throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      server.shutdownNow();
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.shutdownNow();
    threads.shutdownNow();
  }
}
