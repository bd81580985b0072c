package io.crossdock.drill;

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
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The drill as a program. */
@Command(
    name = "crossdock drill",
    mixinStandardHelpOptions = true,
    description = {
      "Starts hubs with a ledger of their own, calls them without pause, kills them with",
      "kill -9 at random moments, starts them again, and then looks at the ledger from",
      "outside: is everything there that was acknowledged, once and in order?"
    },
    footer = {
      "",
      "Exit codes: 0 nothing was lost, doubled or out of order and the audit chain is whole,",
      "1 something was wrong or the drill failed, 2 wrong arguments.",
      "When something was wrong, ledger and logs are kept."
    })
public final class DrillMain implements Callable<Integer> {

  private static final int GOOD = 0;
  private static final int WRONG = 1;
  private static final int WRONG_ARGUMENTS = 2;

  @Option(names = "--crash", description = "The drill: crashes. There is no other yet.")
  private boolean crash;

  @Option(names = "--kills", paramLabel = "N", description = "How many kills. Default: 50.")
  private int kills = 50;

  @Option(
      names = "--seconds-between",
      paramLabel = "SECONDS",
      description = {
        "Time under load between being ready and the next kill, on average.",
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
      description = "How many hubs; several on PostgreSQL only. Default: 1.")
  private int nodes = 1;

  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description = {
        "A PostgreSQL where a database may be made,",
        "jdbc:postgresql://HOST:PORT/DATABASE?user=USER&password=PASSWORD.",
        "Without it one is started from the programs on this machine."
      })
  private String postgres = "";

  @Option(
      names = "--kafka-bootstrap",
      paramLabel = "HOST:PORT",
      description = "Deliver over this Kafka, with topics of the drill's own.")
  private String kafka = "";

  @Option(
      names = "--kafka-proxy",
      paramLabel = "PORT",
      description = {
        "Port that the one Kafka broker advertises, on 127.0.0.1: the drill leads it to",
        "the broker, so that --cut can cut it."
      })
  private int kafkaProxy;

  @Option(
      names = "--cut",
      description = "Cut the network between the hubs and the database or Kafka now and then.")
  private boolean cut;

  @Option(names = "--writers", paramLabel = "N", description = "Callers at a time. Default: 32.")
  private int writers = 32;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Calls per second, all callers together. Default: 300.")
  private double rate = 300;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of what is left to chance, but not of when it happens. Default: a new one.")
  private @Nullable Long seed;

  @Option(
      names = "--directory",
      paramLabel = "DIRECTORY",
      description = "For ledger and logs, new. Default: one under target/drill.")
  private @Nullable Path directory;

  @Option(names = "--keep", description = "Keep ledger and logs also when nothing was wrong.")
  private boolean keep;

  @Option(names = "--json", description = "Print the report as JSON.")
  private boolean json;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);

  private DrillMain() {}

  /** Runs a drill. */
  public static void main(String[] args) {
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
    if (!crash) {
      err.println("crossdock drill: which one? (expected: --crash)");
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
              nodes,
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
      err.println("crossdock drill: " + settings.directory() + " exists (expected: a new one)");
      return WRONG_ARGUMENTS;
    }
    try {
      return drill(settings);
    } catch (IOException | SQLException e) {
      tell("failed");
      err.println();
      err.println("crossdock drill: " + e.getMessage());
      err.println("Seed " + settings.seed() + "; what there is is in " + settings.directory());
      return WRONG;
    }
  }

  private int drill(DrillSettings settings) throws IOException, SQLException, InterruptedException {
    boolean good;
    try (CrashDrill drill = new CrashDrill(settings, this::tell)) {
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
        err.println("The ledger is kept: " + drill.where());
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

  // One line that changes on a terminal, lines elsewhere.
  private void tell(String text) {
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
