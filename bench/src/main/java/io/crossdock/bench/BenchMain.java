package io.crossdock.bench;

import io.crossdock.loyalty.v1.GetBalanceRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the hub beside the floor and beside proxies. */
@Command(
    name = "bench/run.sh",
    mixinStandardHelpOptions = true,
    description = {
      "Measures processor time per call, calls per second, response times at a fixed rate and bytes",
      "allocated per call: of a plain gRPC server (the floor), of the hub on a cache hit and on a",
      "pass-through, and of HAProxy and nginx in front of the same backend if installed.",
      "With --against it also measures the hub of another built tree, in the same rounds."
    })
public final class BenchMain implements Callable<Integer> {

  private static final int SECONDS_AT_RATE = 10;

  @Option(
      names = "--quick",
      description = "Fewer calls: checks that it works; the figures mean little.")
  private boolean quick;

  @Option(names = "--json", description = "Print a line of JSON at the end.")
  private boolean json;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "4000",
      description = "Calls per second at which response times are measured. Default: 4000.")
  private int rate;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description = {
        "Another checkout, built with: mvn -q -Dquick package. Its hub is measured in turns with",
        "this one; the last figures are the ratios of the two."
      })
  private @Nullable Path against;

  private BenchMain() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchMain()).execute(args));
  }

  @Override
  @SuppressWarnings("SystemOut") // the report
  public Integer call() throws Exception {
    if (H2Load.find("h2load").isEmpty()) {
      System.err.println("h2load is missing (Debian: package nghttp2-client)");
      return 1;
    }
    if (against != null
        && !Files.isRegularFile(against.resolve("target/dist/lib/crossdock-hub.jar"))) {
      System.err.println(
          "--against: "
              + against
              + " is not a built tree (expected: a checkout after mvn -q -Dquick package)");
      return 2;
    }
    Path home = Path.of(System.getProperty("crossdock.home", "")).toAbsolutePath();
    Path directory = Files.createTempDirectory("crossdock-bench");
    try (Servers servers =
        Servers.in(home, against == null ? null : against.toAbsolutePath(), directory)) {
      measure(servers, directory);
      return 0;
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage());
      return 1;
    } finally {
      delete(directory);
    }
  }

  @SuppressWarnings("SystemOut") // progress and report
  private void measure(Servers servers, Path directory) throws Exception {
    int warmUp = quick ? 20_000 : 150_000;
    int rounds = quick ? 3 : 7;
    int calls = quick ? 20_000 : 60_000;
    List<ServerResults> all = servers.start().stream().map(ServerResults::new).toList();
    H2Load load =
        new H2Load(
            directory, GetBalanceRequest.newBuilder().setMemberId("M-1001").build().toByteArray());

    for (ServerResults figures : all) {
      System.err.println("warm-up of " + figures.target().name() + ": " + warmUp + " calls");
      var _ = load.run(figures.target(), warmUp);
    }
    for (int round = 1; round <= rounds; round++) {
      System.err.println("round " + round + " of " + rounds + ": " + calls + " calls each");
      // To and fro, so that no server is always measured after the same one.
      for (ServerResults figures : round % 2 == 1 ? all : all.reversed()) {
        long before = figures.target().cpuNanos();
        double perSecond = load.run(figures.target(), calls);
        long spent = figures.target().cpuNanos() - before;
        figures.round(spent / 1e3 / calls, perSecond);
      }
    }
    for (ServerResults figures : all) {
      System.err.println("response times of " + figures.target().name() + " at " + rate + "/s");
      int atRate = (quick ? 2 : SECONDS_AT_RATE) * rate;
      figures.times(load.runAtRate(figures.target(), atRate, rate));
      if (figures.target().java()) {
        try (Allocation allocation = Allocation.of(figures.target().process())) {
          long before = allocation.bytes();
          var _ = load.run(figures.target(), calls);
          figures.allocated((double) (allocation.bytes() - before) / calls);
        }
      }
    }
    report(all);
  }

  @SuppressWarnings("SystemOut") // the report
  private void report(List<ServerResults> all) throws IOException {
    ServerResults floor = find(all, "floor").orElseThrow();
    System.out.println(machine());
    System.out.println(
        H2Load.CONNECTIONS
            + " connections, one call in flight each, responses of 40 bytes; medians");
    System.out.println(ServerResults.heading());
    all.forEach(figures -> System.out.println(figures.line(floor)));
    Optional<Double> hitAgainst = against(all, "hit");
    Optional<Double> passAgainst = against(all, "pass");
    if (hitAgainst.isPresent()) {
      System.out.printf(
          Locale.ROOT,
          "compared with %s, median of the rounds: hit %s, pass %s%n",
          against,
          number(hitAgainst),
          number(passAgainst));
    }
    if (json) {
      Optional<ServerResults> haproxy = find(all, "haproxy");
      double hit = find(all, "hit").orElseThrow().cpuMicros();
      double pass = find(all, "pass").orElseThrow().cpuMicros();
      System.out.printf(
          Locale.ROOT,
          "{\"floor_us\":%.2f,\"hit_us\":%.2f,\"pass_us\":%.2f,\"haproxy_us\":%s,\"nginx_us\":%s,"
              + "\"hit_ratio\":%.3f,\"pass_ratio_haproxy\":%s,"
              + "\"hit_ratio_against\":%s,\"pass_ratio_against\":%s}%n",
          floor.cpuMicros(),
          hit,
          pass,
          number(haproxy.map(ServerResults::cpuMicros)),
          number(find(all, "nginx").map(ServerResults::cpuMicros)),
          hit / floor.cpuMicros(),
          number(haproxy.map(figures -> pass / figures.cpuMicros())),
          number(hitAgainst),
          number(passAgainst));
    }
  }

  // The same server of this tree and of the other one.
  private static Optional<Double> against(List<ServerResults> all, String name) {
    ServerResults own = find(all, name).orElseThrow();
    return find(all, Servers.AGAINST + name).map(own::ratioTo);
  }

  private static Optional<ServerResults> find(List<ServerResults> all, String name) {
    return all.stream().filter(figures -> figures.target().name().equals(name)).findFirst();
  }

  private static String number(Optional<Double> value) {
    return value.map(present -> String.format(Locale.ROOT, "%.3f", present)).orElse("null");
  }

  private static String machine() throws IOException {
    String model;
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      model =
          lines
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse("unknown processor");
    }
    return model
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " processors, "
        + System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + ", Java "
        + Runtime.version();
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
