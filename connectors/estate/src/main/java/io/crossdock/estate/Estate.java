package io.crossdock.estate;

import io.crossdock.estate.crm.CrmBackend;
import io.crossdock.estate.erpeu.ErpEuBackend;
import io.crossdock.estate.erpus.ErpUsBackend;
import io.crossdock.estate.http.Control;
import io.crossdock.estate.http.HttpConnection;
import io.crossdock.estate.http.HttpPort;
import io.crossdock.estate.http.Service;
import io.crossdock.estate.loyalty.LoyaltyBackend;
import io.crossdock.estate.world.EstateClock;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;

/**
 * The simulated estate: one open port with two ERPs, a loyalty platform, a CRM and the control
 * interface behind it.
 *
 * <p>Tests start one in process:
 *
 * {@snippet :
 * try (Estate estate = Estate.start()) {
 *   URI loyalty = estate.url().resolve("/loyalty/v2/members/M-1001/balance");
 * }
 * }
 */
public final class Estate implements AutoCloseable {

  private final HttpPort port;

  private Estate(HttpPort port) {
    this.port = port;
  }

  /**
   * Starts on a free port of the loopback interface, without tracing.
   *
   * @throws IOException when no port can be opened
   */
  public static Estate start() throws IOException {
    return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), OpenTelemetry.noop());
  }

  /**
   * Starts.
   *
   * @param where what to listen on; port 0 takes a free one
   * @param telemetry makes one span per request
   * @throws IOException when the port cannot be opened
   */
  public static Estate start(InetSocketAddress where, OpenTelemetry telemetry) throws IOException {
    EstateClock clock = new EstateClock(Clock.systemUTC());
    List<Service> services =
        Stream.of(
                new ErpEuBackend(clock),
                new ErpUsBackend(clock),
                new LoyaltyBackend(clock),
                new CrmBackend(clock))
            .map(Service::new)
            .toList();
    Service control = new Service(new Control(services, clock));
    return new Estate(
        new HttpPort(where, () -> new HttpConnection(services, control, telemetry, clock)));
  }

  /** What it listens on. */
  public InetSocketAddress address() {
    return port.address();
  }

  /** Where it is found, without a path. Example: {@code http://127.0.0.1:7200}. */
  public URI url() {
    String host = address().getAddress().getHostAddress();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + address().getPort());
  }

  @Override
  public void close() {
    port.close();
  }
}
