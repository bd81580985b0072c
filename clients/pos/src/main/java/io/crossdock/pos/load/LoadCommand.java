package io.crossdock.pos.load;

import io.crossdock.client.CrossdockClient;
import io.crossdock.client.Failures;
import io.crossdock.common.v1.Reason;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.terminal.DurationConverter;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.HubOptions;
import io.crossdock.terminal.ProtoJson;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Generates load on a hub. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description = {
      "Generates load on a hub, as many tills do, and reports how it responded.",
      "",
      "With --rate, calls are scheduled at fixed times and latency counts from then, queueing"
          + " included. Without, CONNECTIONS x CALLS callers each send the next call when the last"
          + " one is answered.",
      "Calls are never retried. NOT_FOUND counts as an answer.",
      ""
    },
    footer = {"", "Exits with 5 if there are more errors than --max-error-rate allows."})
public final class LoadCommand implements Callable<Integer> {

  private static final double PERCENT = 100;
  private static final int MAX_PLACES = 1_000_000;
  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** What the calls ask for. */
  private enum Scenario {
    BALANCE(1),
    STOCK(0),
    BOTH(0.5);

    private final double balanceShare;

    Scenario(double balanceShare) {
      this.balanceShare = balanceShare;
    }
  }

  @Mixin private HubOptions options = new HubOptions();

  @Spec private @Nullable CommandSpec command;

  @Option(names = "--rate", paramLabel = "CALLS", description = "Target calls per second.")
  private double rate;

  @Option(
      names = "--connections",
      paramLabel = "NUMBER",
      defaultValue = "4",
      description = "Number of connections. Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--in-flight",
      paramLabel = "CALLS",
      defaultValue = "8",
      description = "Maximum concurrent calls per connection. Default: ${DEFAULT-VALUE}.")
  private int inFlight;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description = "How long to run. Default: ${DEFAULT-VALUE}.")
  private Duration duration = Duration.ZERO;

  @Option(
      names = "--calls",
      paramLabel = "NUMBER",
      defaultValue = "1000000",
      description = "Stop after this many calls, if that comes first. Default: ${DEFAULT-VALUE}.")
  private long calls;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      defaultValue = "both",
      description = "balance, stock or both. Default: ${DEFAULT-VALUE}.")
  private Scenario scenario = Scenario.BOTH;

  @Option(
      names = "--hot-share",
      paramLabel = "PERCENT",
      defaultValue = "80",
      description = "Share of calls that go to hot members and items. Default: ${DEFAULT-VALUE}.")
  private double hotShare;

  @Option(
      names = "--hot-keys",
      paramLabel = "NUMBER",
      defaultValue = "100",
      description = "Number of hot members and items. Default: ${DEFAULT-VALUE}.")
  private int hotKeys;

  @Option(
      names = "--members",
      paramLabel = "NUMBER",
      defaultValue = "100000",
      description =
          "Number of members in the test data (M-1001 upwards). Default: ${DEFAULT-VALUE}.")
  private int members;

  @Option(
      names = "--items",
      paramLabel = "NUMBER",
      defaultValue = "20000",
      description =
          "Number of items in the test data (SKU-1001 upwards). Default: ${DEFAULT-VALUE}.")
  private int items;

  @Option(
      names = "--stores",
      paramLabel = "NUMBER",
      defaultValue = "40",
      description =
          "Number of stores in the test data (EU-001 upwards). Default: ${DEFAULT-VALUE}.")
  private int stores;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description =
          "Random seed; the same seed sends the same requests. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--max-error-rate",
      paramLabel = "PERCENT",
      defaultValue = "1",
      description = "Maximum share of failed calls. Default: ${DEFAULT-VALUE}.")
  private double maxErrorRate;

  /** For picocli, which makes one by itself. */
  public LoadCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    Plan plan = plan();
    PrintWriter out = spec().commandLine().getOut();
    PrintWriter err = spec().commandLine().getErr();
    Tally tally = new Tally();
    List<CrossdockClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < plan.connections(); i++) {
        clients.add(client());
      }
      if (!answers(clients.getFirst(), err)) {
        return ExitCode.UNAVAILABLE.code();
      }
      clients.forEach(each -> each.connect(CONNECT));
      Keys keys = new Keys(seed, hotShare / PERCENT, hotKeys, members, items, stores);
      List<LoadConnection> all =
          clients.stream().map(each -> new LoadConnection(each, plan.timeout(), tally)).toList();
      LoadRun.Outcome outcome;
      try (ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
        Progress progress = new Progress(tally, err);
        var _ = clock.scheduleAtFixedRate(progress, 1, 1, TimeUnit.SECONDS);
        outcome = new LoadRun(plan, keys, all).run();
      }
      LoadReport report = LoadReport.of(plan, outcome, tally, maxErrorRate / PERCENT);
      if (options.json()) {
        out.println(ProtoJson.print(report.values()));
      } else {
        report.print(out);
      }
      return (report.passed() ? ExitCode.OK : ExitCode.OTHER).code();
    } finally {
      clients.forEach(CrossdockClient::close);
    }
  }

  private Plan plan() {
    require(rate >= 0 && rate <= MAX_PLACES, "--rate: " + rate, "0..1000000");
    require(connections >= 1 && connections <= 10_000, "--connections: " + connections, "1..10000");
    require(
        inFlight >= 1 && (long) inFlight * connections <= MAX_PLACES,
        "--in-flight: " + inFlight,
        "1 or more, and 1000000 at most on all connections");
    require(calls >= 1, "--calls: " + calls, "1 or more");
    require(hotShare >= 0 && hotShare <= PERCENT, "--hot-share: " + hotShare, "0..100");
    require(hotKeys >= 1, "--hot-keys: " + hotKeys, "1 or more");
    require(members >= 1, "--members: " + members, "1 or more");
    require(items >= 1, "--items: " + items, "1 or more");
    require(stores >= 1 && stores <= 999, "--stores: " + stores, "1..999");
    require(
        maxErrorRate >= 0 && maxErrorRate <= PERCENT,
        "--max-error-rate: " + maxErrorRate,
        "0..100");
    return new Plan(
        rate, connections, inFlight, duration, calls, scenario.balanceShare, options.timeout());
  }

  private void require(boolean holds, String given, String expected) {
    if (!holds) {
      throw new ParameterException(
          spec().commandLine(), "%s (expected: %s)".formatted(given, expected));
    }
  }

  private CrossdockClient client() {
    return options
        .client(
            "crossdock-pos-load",
            LoyaltyServiceGrpc.getServiceDescriptor(),
            InventoryServiceGrpc.getServiceDescriptor())
        .withoutRetries()
        .executor(Runnable::run)
        .build();
  }

  // One call first: a hub that is down is reported at once, not by a million failed calls.
  private boolean answers(CrossdockClient client, PrintWriter err) {
    try {
      var _ =
          client
              .stub(LoyaltyServiceGrpc::newBlockingStub)
              .getBalance(GetBalanceRequest.newBuilder().setMemberId("M-1001").build());
      return true;
    } catch (StatusRuntimeException e) {
      if (Failures.of(e).reason() != Reason.REASON_HUB_UNAVAILABLE) {
        return true;
      }
      err.println("The hub at %s does not answer.".formatted(options.hub()));
      if (options.verbose()) {
        err.println(Failures.of(e).message());
      }
      return false;
    }
  }

  private CommandSpec spec() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return command;
  }

  /** Prints a line of progress each second. */
  private static final class Progress implements Runnable {

    private final Tally tally;
    private final PrintWriter err;
    private int second;

    Progress(Tally tally, PrintWriter err) {
      this.tally = tally;
      this.err = err;
    }

    @Override
    public void run() {
      Histogram micros = tally.interval();
      second++;
      err.printf(
          Locale.ROOT,
          "%4d s  %,8d calls/s  p50 %8.2f ms  p99 %8.2f ms  max %8.2f ms  errors %,d%n",
          second,
          micros.getTotalCount(),
          micros.getValueAtPercentile(50) / 1000.0,
          micros.getValueAtPercentile(99) / 1000.0,
          micros.getMaxValue() / 1000.0,
          tally.errors());
      err.flush();
    }
  }
}
