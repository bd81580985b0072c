package io.crossdock.drill;

import io.crossdock.drill.figure.Figures;
import io.crossdock.drill.figure.Lab;
import io.crossdock.drill.hostile.HostileDrill;
import io.crossdock.drill.hostile.HostileReport;
import io.crossdock.ledger.store.Engine;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The drill as a program. */
@Command(
    name = "crossdock drill",
    mixinStandardHelpOptions = true,
    description = {
      "Starts hubs with their own ledger, calls them without pause, kills them with kill -9",
      "at random times, restarts them, and then verifies from outside that the ledger contains",
      "everything that was acknowledged, once and in order (--crash); or attacks a hub beside",
      "steady innocent calls, which must not notice (--hostile); or measures what a hub",
      "promises (--figures)."
    },
    footer = {
      "",
      "Exit codes: 0 nothing was lost, duplicated or out of order and the audit chain is",
      "intact, 1 something was wrong or the drill failed, 2 invalid arguments.",
      "If something was wrong, ledger and logs are kept."
    })
public final class DrillMain implements Callable<Integer> {

  private static final int GOOD = 0;
  private static final int WRONG = 1;
  private static final int WRONG_ARGUMENTS = 2;
  private static final int MOST_INNOCENT_RATE = 5_000;

  @Option(names = "--crash", description = "Run the crash drill.")
  private boolean crash;

  @Option(
      names = "--hostile",
      description = {
        "Run the hostile drill: attack a hub in every way that is known, beside steady",
        "innocent calls, which must not notice."
      })
  private boolean hostile;

  @Option(
      names = "--figures",
      description = {
        "Measure what a hub promises: return after an outage, stop, reads after an event, a",
        "busy lane, memory of a backlog. With --store postgresql also on two nodes."
      })
  private boolean figures;

  @Option(names = "--quick", description = "With --figures: a few seconds each.")
  private boolean quick;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Length of the hostile drill, at least a second for each attack. Default: 60.")
  private int seconds = 60;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Only this attack, or this figure; can be repeated. Default: all.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--innocent-rate",
      paramLabel = "N",
      description = "Innocent calls per second in the hostile drill. Default: 200.")
  private int innocentRate = 200;

  @Option(names = "--kills", paramLabel = "N", description = "Number of kills. Default: 50.")
  private int kills = 50;

  @Option(
      names = "--seconds-between",
      paramLabel = "SECONDS",
      description = {
        "Average time under load between a hub being ready and the next kill.",
        "Default: 0.5."
      })
  private double secondsBetween = 0.5;

  @Option(
      names = "--store",
      paramLabel = "STORE",
      description = "sqlite or postgresql. Default: sqlite.")
  private Engine store = Engine.SQLITE;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Number of hubs; more than one on PostgreSQL only. Default: 1.")
  private int nodes = 1;

  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description = {
        "A PostgreSQL server on which to create a database,",
        "jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD.",
        "Default: start one from the programs installed on this machine."
      })
  private String postgres = "";

  @Option(
      names = "--kafka-bootstrap",
      paramLabel = "HOST:PORT",
      description = "Deliver events over this Kafka, in topics of the drill's own.")
  private String kafka = "";

  @Option(
      names = "--kafka-proxy",
      paramLabel = "PORT",
      description = {
        "Port on 127.0.0.1 that the single Kafka broker advertises: the drill proxies it to",
        "the broker, so that --cut can interrupt it."
      })
  private int kafkaProxy;

  @Option(
      names = "--cut",
      description =
          "Interrupt the network between the hubs and the database or Kafka now and then.")
  private boolean cut;

  @Option(names = "--writers", paramLabel = "N", description = "Concurrent callers. Default: 32.")
  private int writers = 32;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Calls per second in total. Default: 300.")
  private double rate = 300;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Random seed (reproduces choices, not timing). Default: a new one.")
  private @Nullable Long seed;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      description = "New directory for ledger and logs. Default: one under target/drill.")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Keep ledger and logs even if nothing was wrong.")
  private boolean keep;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);

  private DrillMain() {}

  /** Runs a drill. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    if (System.getenv("LOG_LEVEL") == null) {
      System.setProperty("LOG_LEVEL", "ERROR");
    }
    System.exit(run(args));
  }

  static int run(String... args) {
    return new CommandLine(new DrillMain()).setCaseInsensitiveEnumValuesAllowed(true).execute(args);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (Stream.of(crash, hostile, figures).filter(each -> each).count() != 1) {
      err.println("crossdock drill: which drill? (expected: --crash, --hostile or --figures)");
      return WRONG_ARGUMENTS;
    }
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed;
    DrillSettings settings;
    try {
      settings =
          new DrillSettings(
              kills,
              Duration.ofNanos((long) (secondsBetween * 1e9)),
              store,
              figures && store == Engine.POSTGRESQL ? 2 : nodes,
              postgres,
              kafka,
              kafkaProxy,
              cut,
              writers,
              rate,
              chosen,
              directory(chosen));
    } catch (IllegalArgumentException e) {
      err.println("crossdock drill: " + e.getMessage());
      return WRONG_ARGUMENTS;
    }
    if (Files.exists(settings.directory())) {
      err.println(
          "crossdock drill: "
              + settings.directory()
              + " already exists (expected: a new directory)");
      return WRONG_ARGUMENTS;
    }
    try {
      return hostile ? hostile(settings) : figures ? figures(settings) : drill(settings);
    } catch (IOException | SQLException e) {
      show("failed");
      err.println();
      err.println("crossdock drill: " + e.getMessage());
      err.println("Seed " + settings.seed() + "; logs are in " + settings.directory());
      return WRONG;
    }
  }

  private int hostile(DrillSettings settings) throws IOException, InterruptedException {
    if (seconds < 1 || innocentRate < 1 || innocentRate > MOST_INNOCENT_RATE) {
      err.println(
          "crossdock drill: --seconds and --innocent-rate (expected: 1 or more, and a rate up to "
              + MOST_INNOCENT_RATE
              + ")");
      return WRONG_ARGUMENTS;
    }
    HostileReport report =
        new HostileDrill(
                settings.directory(),
                seconds,
                innocentRate,
                HubLauncher::plain,
                name -> only.isEmpty() || only.contains(name),
                this::show)
            .run();
    if (isTerminal()) {
      err.println();
    }
    out.print(json ? report.json() + "\n" : report.table());
    if (!report.isGood()) {
      report.failures().forEach((how, count) -> err.println(count + " x " + how));
      err.println("Logs: " + settings.directory());
    } else if (!keep) {
      delete(settings.directory());
    }
    return report.isGood() ? GOOD : WRONG;
  }

  private int figures(DrillSettings settings)
      throws IOException, SQLException, InterruptedException {
    Files.createDirectories(settings.directory());
    DrillDatabase database = DrillDatabase.open(settings);
    try (database) {
      Lab lab =
          new Lab(
              settings.directory(),
              database.configurations(),
              HubLauncher::plain,
              quick ? Duration.ofSeconds(3) : Duration.ofSeconds(60),
              quick ? 200 : 10_000,
              quick ? Duration.ofSeconds(3) : Duration.ofSeconds(30));
      Map<String, Number> values =
          Figures.measure(lab, name -> only.isEmpty() || only.contains(name), this::show);
      if (isTerminal()) {
        err.println();
      }
      out.print(json ? Figures.json(values) + "\n" : Figures.table(values));
      database.drop();
    }
    if (!keep) {
      delete(settings.directory());
    }
    return GOOD;
  }

  private int drill(DrillSettings settings) throws IOException, SQLException, InterruptedException {
    boolean good;
    try (CrashDrill drill = new CrashDrill(settings, this::show)) {
      drill.run();
      CrashReport report = drill.audit();
      good = report.isGood();
      if (isTerminal()) {
        err.println();
      }
      out.print(json ? report.json() + "\n" : report.table());
      if (!good) {
        report.findings().texts().stream().filter(_ -> json).forEach(err::println);
        report.problems().stream().filter(_ -> json).forEach(err::println);
        err.println("The ledger was kept: " + drill.where());
        err.println("Logs: " + settings.directory());
      } else if (!keep) {
        drill.drop();
      }
    }
    if (good && !keep) {
      delete(settings.directory());
    }
    return good ? GOOD : WRONG;
  }

  // One changing line on a terminal, separate lines elsewhere.
  private void show(String text) {
    if (isTerminal()) {
      err.printf(Locale.ROOT, "\r%-100s", text);
    } else {
      err.println(text);
    }
  }

  private static boolean isTerminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  private Path directory(long chosen) {
    if (directory != null) {
      return directory;
    }
    String home = System.getProperty("crossdock.home", ".");
    return Path.of(home, "target", "drill", chosen + "-" + ProcessHandle.current().pid());
  }

  private static void delete(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
