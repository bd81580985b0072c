package io.crossdock.client;

import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServiceDescriptor;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One channel to a hub that treats each call as its contract asks.
 *
 * <pre>{@code
 * try (CrossdockClient hub =
 *     CrossdockClient.builder("127.0.0.1:7070")
 *         .name("till-03")
 *         .services(LoyaltyServiceGrpc.getServiceDescriptor())
 *         .build()) {
 *   LoyaltyServiceBlockingStub loyalty = hub.stub(LoyaltyServiceGrpc::newBlockingStub);
 *   ...
 * }
 * }</pre>
 *
 * <ul>
 *   <li>Deadline: the contract's and 200 ms for the way back, unless the stub or the {@link
 *       io.grpc.Context} has one. A stream without one lasts until somebody hangs up.
 *   <li>Retries: reads and keyed writes whose contract allows it, at most four attempts within the
 *       deadline, after UNAVAILABLE with a growing, random pause, or when {@code RetryInfo} says;
 *       within a budget of the channel. Any other write is sent once.
 *   <li>Request id: a write without one gets a random UUID, the same in all its attempts.
 *   <li>Trace: a CLIENT span and W3C trace context.
 *   <li>Failures: {@link Failures#of} reads what a stub threw.
 * </ul>
 *
 * <p>Safe for use by many threads. Connects with the first call, or by {@link #connect}.
 */
public final class CrossdockClient implements AutoCloseable {

  // Finds a dead connection of a till that was idle behind a router. Hubs permit one ping in 10 s.
  private static final long KEEP_ALIVE_SECONDS = 60;
  private static final long KEEP_ALIVE_TIMEOUT_SECONDS = 10;
  private static final long CLOSE_SECONDS = 5;
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  private final ManagedChannel channel;
  private final Channel intercepted;

  private CrossdockClient(ManagedChannel channel, Channel intercepted) {
    this.channel = channel;
    this.intercepted = intercepted;
  }

  /**
   * Begins a client.
   *
   * @param address host and port of the hub, or a target that gRPC resolves. Examples: {@code
   *     127.0.0.1:7070}, {@code dns:///hub.example:7070}
   */
  public static Builder builder(String address) {
    return new Builder(address);
  }

  /** A generated stub, for example {@code hub.stub(LoyaltyServiceGrpc::newBlockingStub)}. */
  public <S> S stub(Function<Channel, S> factory) {
    return factory.apply(intercepted);
  }

  /**
   * Connects now, so that the first call spends its deadline on nothing but itself. A program that
   * makes one call and ends should do so: until a cold JVM is connected, a second may be over.
   *
   * @param atMost longest wait
   * @return whether there is a connection; when there is none, calls fail or connect by themselves
   */
  public boolean connect(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    ConnectivityState state = channel.getState(true);
    try {
      while (state == ConnectivityState.IDLE || state == ConnectivityState.CONNECTING) {
        CountDownLatch changed = new CountDownLatch(1);
        channel.notifyWhenStateChanged(state, changed::countDown);
        if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          return false;
        }
        state = channel.getState(true);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return state == ConnectivityState.READY;
  }

  /** Lets calls in flight end for at most five seconds, then cuts them off. */
  @Override
  public void close() {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** What a client needs to know; only the services have no default. */
  public static final class Builder {

    private final Address address;
    private final Set<ServiceDescriptor> services = new LinkedHashSet<>();
    private final Metadata metadata = new Metadata();
    private String name = "crossdock-client";
    private @Nullable OpenTelemetry telemetry;
    private @Nullable ChannelCredentials credentials;
    private @Nullable Executor executor;
    private int maxMessageBytes = MAX_MESSAGE_BYTES;
    private boolean retries = true;

    private Builder(String address) {
      this.address = Address.of(address);
    }

    /** Services that will be called, as generated: {@code XGrpc.getServiceDescriptor()}. */
    public Builder services(ServiceDescriptor... called) {
      services.addAll(List.of(called));
      return this;
    }

    /** Name that the hub sees as the user agent. Example: {@code till-03}. */
    public Builder name(String client) {
      this.name = client;
      return this;
    }

    /** Where spans go; without it calls carry no trace context. */
    public Builder telemetry(OpenTelemetry spans) {
      this.telemetry = spans;
      return this;
    }

    /** Metadata of every call. */
    public Builder metadata(Metadata.Key<String> key, String value) {
      metadata.put(key, value);
      return this;
    }

    /** TLS, trusting the machine's authorities: the default for a hub on another machine. */
    public Builder tls() {
      this.credentials = TlsChannelCredentials.create();
      return this;
    }

    /**
     * TLS, trusting only the authorities in a file.
     *
     * @param authorities certificates, PEM
     * @throws IOException when the file cannot be read
     */
    public Builder tls(Path authorities) throws IOException {
      this.credentials =
          TlsChannelCredentials.newBuilder().trustManager(authorities.toFile()).build();
      return this;
    }

    /**
     * TLS on which the client shows a certificate of its own.
     *
     * @param authorities certificates of the authorities to trust, PEM
     * @param certificate the client's certificate chain, PEM
     * @param key its private key, PKCS 8 in PEM, not encrypted
     * @throws IOException when a file cannot be read
     */
    public Builder mutualTls(Path authorities, Path certificate, Path key) throws IOException {
      this.credentials =
          TlsChannelCredentials.newBuilder()
              .trustManager(authorities.toFile())
              .keyManager(certificate.toFile(), key.toFile())
              .build();
      return this;
    }

    /**
     * No encryption, although the hub is on another machine: anyone on the way can read and change
     * the calls. For a hub on this machine it is the default and needs no word.
     */
    public Builder plaintext() {
      this.credentials = InsecureChannelCredentials.create();
      return this;
    }

    /** Where callbacks of asynchronous stubs run; gRPC's shared pool of threads by default. */
    public Builder executor(Executor callbacks) {
      this.executor = callbacks;
      return this;
    }

    /** Largest answer, bytes; 16 MiB by default. */
    public Builder maxMessageBytes(int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxMessageBytes: " + bytes + " (expected: 1 or more)");
      }
      this.maxMessageBytes = bytes;
      return this;
    }

    /** Sends every call once, whatever its contract allows, as a measurement needs it. */
    public Builder withoutRetries() {
      this.retries = false;
      return this;
    }

    /** The client. Nothing is connected yet. */
    public CrossdockClient build() {
      if (services.isEmpty()) {
        throw new IllegalArgumentException("services: none (expected: at least one)");
      }
      Contracts contracts = Contracts.of(services);
      ManagedChannelBuilder<?> builder =
          Grpc.newChannelBuilder(address.target(), credentials())
              .userAgent(name)
              .disableServiceConfigLookUp()
              .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
              .keepAliveTimeout(KEEP_ALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
              .keepAliveWithoutCalls(true)
              .maxInboundMessageSize(maxMessageBytes);
      if (retries) {
        builder.enableRetry().defaultServiceConfig(contracts.serviceConfig());
      } else {
        builder.disableRetry();
      }
      if (executor != null) {
        builder.executor(executor);
      }
      ManagedChannel channel = builder.build();
      List<ClientInterceptor> interceptors = new ArrayList<>();
      interceptors.add(new ByContract(contracts));
      if (telemetry != null) {
        interceptors.add(new Traced(telemetry));
      }
      if (!metadata.keys().isEmpty()) {
        interceptors.add(MetadataUtils.newAttachHeadersInterceptor(metadata));
      }
      return new CrossdockClient(
          channel, ClientInterceptors.interceptForward(channel, interceptors));
    }

    private ChannelCredentials credentials() {
      if (credentials != null) {
        return credentials;
      }
      return address.isLoopback()
          ? InsecureChannelCredentials.create()
          : TlsChannelCredentials.create();
    }
  }
}
