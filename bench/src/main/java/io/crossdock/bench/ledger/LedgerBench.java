package io.crossdock.bench.ledger;

import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.store.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the ledger beside the bare driver with the same tables. */
@Command(
    name = "bench/ledger.sh",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description =
        "Measures the ledger in one run: durable appends beside bare JDBC with the same rows, the"
            + " time from append to consumer, a write with its idempotency check beside one without,"
            + " and replay to a consumer that does nothing. What is compared is measured in turns;"
            + " medians count.",
    footer = {
      "",
      "Takes about four minutes, with --many 10000000 ten more.",
      "docs/performance.md says what the figures mean."
    })
public final class LedgerBench implements Callable<Integer> {

  private static final Pattern DELAY = Pattern.compile("(\\d{1,6})(us|ms)");
  private static final int BATCH = 500;

  @SuppressWarnings("NullAway.Init") // set by picocli
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description =
          "JDBC address of a PostgreSQL database; the tables go into schemas crossdock_bench_*,"
              + " which are dropped in the end (default: SQLite in a temporary directory).")
  private String postgres = "";

  @Option(
      names = "--only",
      paramLabel = "PART",
      split = ",",
      description = "Only these: ${COMPLETION-CANDIDATES} (default: all).")
  private Set<Part> only = EnumSet.allOf(Part.class);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How long each run takes (default: 3).")
  private int seconds;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often each comparison is made (default: 5).")
  private int rounds;

  @Option(names = "--quick", description = "One second, one round, a short log.")
  private boolean quick;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Events per second for the time from append to consumer (default: 1000).")
  private int rate;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "300000",
      description = "Events in the log that is replayed (default: 300000).")
  private int events;

  @Option(
      names = "--many",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Also compares a log of so many events with one of 10000; 10 million need 7 GB of disk.")
  private int many;

  @Option(
      names = "--keys",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Different keys of those many events, 1000 or more; appends go to 1000 of them (default:"
              + " 1000).")
  private int keys;

  @Option(
      names = "--fsync-delay",
      paramLabel = "TIME",
      defaultValue = "",
      description =
          "Makes each flush to the disk take so much longer, for example 2ms (SQLite; needs a C"
              + " compiler, cc).")
  private String fsyncDelay = "";

  @Option(names = "--json", description = "End with one line of JSON.")
  private boolean json;

  /** What can be measured. */
  enum Part {
    appends,
    arrivals,
    claims,
    replay,
    many
  }

  private LedgerBench() {}

  /** Runs the benchmark. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new LedgerBench()).execute(args));
  }

  @Override
  @SuppressWarnings("SystemOut") // the report
  public Integer call() throws Exception {
    Duration delay = delay();
    Path directory = Files.createTempDirectory("crossdock-ledger-bench");
    try (Databases databases = new Databases(directory, postgres)) {
      if (!delay.equals(SlowDisk.here())) {
        return SlowDisk.run(
            delay,
            LedgerBench.class,
            spec.commandLine().getParseResult().originalArgs(),
            directory);
      }
      measure(databases, delay);
      return 0;
    } catch (IllegalStateException e) {
      System.err.println(e.getMessage());
      return 1;
    }
  }

  private Duration delay() {
    if (fsyncDelay.isEmpty()) {
      return Duration.ZERO;
    }
    Matcher matcher = DELAY.matcher(fsyncDelay);
    if (!matcher.matches()) {
      throw new ParameterException(
          spec.commandLine(), "--fsync-delay: " + fsyncDelay + " (expected: for example 2ms)");
    }
    if (!postgres.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "--fsync-delay: PostgreSQL flushes in a process of its own");
    }
    long number = Long.parseLong(matcher.group(1));
    return matcher.group(2).equals("ms")
        ? Duration.ofMillis(number)
        : Duration.ofNanos(number * 1_000);
  }

  @SuppressWarnings("SystemOut") // the report
  private void measure(Databases databases, Duration delay) throws Exception {
    Options options =
        quick ? new Options(1, 1, rate, 20_000) : new Options(seconds, rounds, rate, events);
    EventCatalogue catalogue = EventCatalogue.ofBuild();
    ResultTable report = new ResultTable();
    try (Database other = databases.empty("bare");
        Ledger ledger = Ledger.open(databases.empty("ledger"), catalogue)) {
      report.tell(
          "%s%s, %d processors, %d rounds of %d s, medians",
          ledger.store().engine(),
          delay.isZero() ? "" : " with " + fsyncDelay + " added to each flush",
          Runtime.getRuntime().availableProcessors(),
          options.rounds(),
          options.seconds());
      if (only.contains(Part.appends)) {
        other.prepare();
        Appends.measure(ledger, other, options, report);
        if (report.median("bare_each_per_s") * delay.toNanos() > 1e9) {
          throw new IllegalStateException("--fsync-delay: the delay does not act on SQLite here");
        }
      }
      if (only.contains(Part.arrivals)) {
        arrivals(ledger, options, report);
      }
      if (only.contains(Part.claims)) {
        Claims.measure(ledger, options, report);
      }
    }
    if (only.contains(Part.replay)) {
      try (Ledger ledger = Ledger.open(databases.empty("replay"), catalogue)) {
        replay(ledger, options, report);
      }
    }
    if (many > 0 && only.contains(Part.many)) {
      LongLog.measure(many, Math.max(Sample.KEYS, keys), databases, catalogue, options, report);
    }
    if (json) {
      System.out.println(report.json());
    }
  }

  private static void arrivals(Ledger ledger, Options options, ResultTable report)
      throws Exception {
    try (Delivered delivered = new Delivered(ledger)) {
      var _ = delivered.arrivals(1, options.rate());
      for (int round = 1; round <= options.rounds(); round++) {
        Histogram micros = delivered.arrivals(options.seconds(), options.rate());
        report.note("arrival_p50_ms", micros.getValueAtPercentile(50) / 1e3);
        report.note("arrival_p99_ms", micros.getValueAtPercentile(99) / 1e3);
        report.note("arrival_most_ms", micros.getMaxValue() / 1e3);
      }
    }
    report.tell(
        "append to consumer at %d/s: p50 %.2f ms, p99 %.1f ms, most %.1f ms",
        options.rate(),
        report.median("arrival_p50_ms"),
        report.median("arrival_p99_ms"),
        report.median("arrival_most_ms"));
  }

  private static void replay(Ledger ledger, Options options, ResultTable report) throws Exception {
    List<EventEnvelope> batch = new ArrayList<>(BATCH);
    for (int i = 0; i < options.events(); i++) {
      batch.add(Sample.event(i));
      if (batch.size() == BATCH || i == options.events() - 1) {
        var _ = ledger.log().append(batch);
        batch.clear();
      }
    }
    try (Delivered delivered = new Delivered(ledger)) {
      var _ = delivered.replay(options.events());
      for (int round = 1; round <= options.rounds(); round++) {
        report.note("replay_per_s", delivered.replay(options.events()));
      }
    }
    report.tell(
        "replay of %d events to a consumer that does nothing: %.0f/s",
        options.events(), report.median("replay_per_s"));
  }
}
