package io.crossdock.drill.hostile;

import io.crossdock.drill.process.HubProcess;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.order.v1.OrderServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One hub, innocent calls at a steady rate, and every attack, one after the other. Runs on one
 * thread; whatever was started ends with it.
 */
public final class HostileDrill {

  private static final Duration UNTIL_READY = Duration.ofMinutes(2);
  private static final Duration UNTIL_STOPPED = Duration.ofSeconds(60);
  private static final long WARM_UP_SECONDS = 5;
  // As long as that, a pause of the machine itself does not decide what the calls need when alone.
  private static final double SHARE_BEFORE = 0.3;
  private static final long LEAST_BEFORE_SECONDS = 5;
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 32_000;
  private static final int PORTS_TRIED = 100;

  private final Path directory;
  private final int seconds;
  private final int rate;
  private final Function<Path, List<String>> command;
  private final Predicate<String> wanted;
  private final Consumer<String> progress;

  /** An attack, how often it was made, and the innocent calls beside it. */
  private record Attacked(String name, int strokes, InnocentLoad.Phase innocents) {

    String line() {
      return String.format(
          Locale.ROOT,
          "%-20s %,6d times  innocent p99 %8.2f ms  failed %d",
          name,
          strokes,
          InnocentLoad.p99(innocents.nanos()) / 1e6,
          innocents.failed());
    }
  }

  /**
   * Prepares a drill.
   *
   * @param directory for configuration and log
   * @param seconds how long it takes, more when that is too short for a second of each attack
   * @param rate innocent calls per second
   * @param command of a hub with a configuration
   * @param wanted which attacks, by their names
   * @param progress receives a line for each attack
   */
  public HostileDrill(
      Path directory,
      int seconds,
      int rate,
      Function<Path, List<String>> command,
      Predicate<String> wanted,
      Consumer<String> progress) {
    this.directory = directory;
    this.seconds = seconds;
    this.rate = rate;
    this.command = command;
    this.wanted = wanted;
    this.progress = progress;
  }

  /**
   * Runs all attacks.
   *
   * @throws IOException when the hub does not start
   */
  public HostileReport run() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    try (HonestConnector honest = HonestConnector.start();
        LyingConnector liar = LyingConnector.start();
        HubProcess hub =
            new HubProcess(
                "hub",
                command.apply(configuration(honest.port(), liar.port())),
                directory.resolve("hub.log"))) {
      hub.start();
      hub.awaitReady(UNTIL_READY);
      HostileReport report = attack(hub, liar);
      try {
        hub.stop(UNTIL_STOPPED);
      } catch (IOException e) {
        return report.with("the hub did not stop in order: " + e.getMessage());
      }
      return report;
    }
  }

  private HostileReport attack(HubProcess hub, LyingConnector liar)
      throws IOException, InterruptedException {
    String address = hub.address();
    int colon = address.lastIndexOf(':');
    InetSocketAddress socket =
        new InetSocketAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    List<Attack> attacks =
        Attacks.all().stream().filter(attack -> wanted.test(attack.name())).toList();
    if (attacks.isEmpty()) {
      throw new IOException("no attack has such a name");
    }
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
            .disableRetry()
            .maxInboundMessageSize(16 << 20)
            .build();
    try (InnocentLoad innocents = new InnocentLoad(address, rate);
        HubWatch watch = new HubWatch(hub)) {
      Attack.Target target = new Attack.Target(socket, channel, liar);
      innocents.start();
      watch.start();
      progress.accept("warming up");
      TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
      InnocentLoad.Phase warmUp = innocents.next();
      progress.accept("innocent calls alone");
      long before = Math.max(LEAST_BEFORE_SECONDS, (long) (seconds * SHARE_BEFORE));
      Attacker attacker = new Attacker();
      TimeUnit.SECONDS.sleep(before);
      attacker.knowWhatTheRestNeeds();
      InnocentLoad.Phase alone = innocents.next();
      double left = seconds - before - WARM_UP_SECONDS;
      long each = (long) (Math.max(1, left / attacks.size()) * 1e9);
      List<Attacked> attacked = new ArrayList<>();
      for (Attack attack : attacks) {
        int strokes = attacker.strike(attack, target, each);
        attacked.add(new Attacked(attack.name(), strokes, innocents.next()));
        progress.accept(attacked.getLast().line());
      }
      innocents.stop();
      return HostileReport.of(
          warmUp,
          alone,
          attacked.stream().map(Attacked::innocents).toList(),
          watch,
          attacked.stream().map(Attacked::line).toList());
    } finally {
      channel.shutdownNow();
    }
  }

  // The same after a restart, so that callers find the hub again. Below the range from which the
  // system takes ports for callers: one of those could otherwise sit on it meanwhile.
  private static int freePort() throws IOException {
    for (int attempt = 0; attempt < PORTS_TRIED; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (BindException e) {
        // Taken: another one.
      }
    }
    throw new IOException("no free port between " + FIRST_PORT + " and " + LAST_PORT);
  }

  private Path configuration(int honest, int liar) throws IOException {
    return Files.writeString(
        directory.resolve("hub.yaml"),
        """
        listen: {port: %d}
        ops: {port: 0}
        connectors:
          - {name: honest, instances: ["127.0.0.1:%d"]}
          - {name: lying, instances: ["127.0.0.1:%d"]}
        routes:
          - {service: %s, connector: honest}
          - {service: %s, connector: lying}
          - {service: %s, connector: lying}
        """
            .formatted(
                freePort(),
                honest,
                liar,
                LoyaltyServiceGrpc.SERVICE_NAME,
                InventoryServiceGrpc.SERVICE_NAME,
                OrderServiceGrpc.SERVICE_NAME));
  }
}
