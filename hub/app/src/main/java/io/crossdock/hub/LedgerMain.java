package io.crossdock.hub;

import io.crossdock.ledger.backup.Backup;
import io.crossdock.ledger.backup.BackupException;
import io.crossdock.ledger.backup.Report;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.runtime.lifecycle.Release;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks and restores the files of a ledger that no hub uses. */
@Command(
    name = "crossdock ledger",
    mixinStandardHelpOptions = true,
    versionProvider = Release.class,
    description = "Checks the files of an embedded ledger, and restores a backup.",
    footer = {
      "",
      "Examples:",
      "  crossdock ledger check /backup/ledger-2026-11-21.db",
      "  crossdock ledger restore /backup/ledger-2026-11-21.db /var/lib/ledger",
      "",
      "Exit codes: 0 intact, 1 damaged or not restored, 2 wrong arguments.",
      "For the ledger of a running hub: crossdock ctl ledger."
    })
public final class LedgerMain {

  private static final int WHOLE = 0;
  private static final int NOT_WHOLE = 1;

  @Spec private @Nullable CommandSpec command;

  LedgerMain() {}

  /** Runs one command and ends with its exit code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new LedgerMain()).execute(args));
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Checks a backup or the directory of a ledger; changes nothing.")
  int check(
      @Parameters(
              paramLabel = "FILE|DIRECTORY",
              description = "A backup, or the directory of a ledger.")
          Path path) {
    Path file = Files.isDirectory(path) ? new SqliteDatabase(path).file() : path;
    if (!Files.isRegularFile(file)) {
      throw mistake(
          Files.isDirectory(path)
              ? path + ": has no ledger (expected: a directory with " + file.getFileName() + ")"
              : path + ": is not there (expected: a back-up, or the directory of a ledger)");
    }
    try {
      return print(Backup.check(file));
    } catch (BackupException e) {
      return fail(e);
    }
  }

  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = {
        "Restores a backup into a directory without a ledger; the hub must not run.",
        "A damaged backup is refused."
      })
  int restore(
      @Parameters(paramLabel = "FILE", description = "The backup.") Path file,
      @Parameters(paramLabel = "DIRECTORY", description = "The directory of the ledger.")
          Path directory) {
    if (!Files.isRegularFile(file)) {
      throw mistake(file + ": is not there (expected: a back-up)");
    }
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw mistake(directory + ": is a file (expected: a directory)");
    }
    try {
      Report report = Backup.restore(file, directory);
      out().println("restored into " + directory);
      return print(report);
    } catch (BackupException e) {
      return fail(e);
    }
  }

  private int print(Report report) {
    PrintWriter out = out();
    if (!report.version().isEmpty()) {
      out.println("version " + report.version());
      out.println("audit records " + report.auditRecords());
    }
    if (report.whole()) {
      if (!report.auditHash().isEmpty()) {
        out.println("audit hash " + report.auditHash());
      }
      out.println("The ledger is whole.");
      return WHOLE;
    }
    out.println("The ledger is not whole:");
    report.damage().forEach(line -> out.println("  " + line));
    if (!report.brokenChain().isEmpty()) {
      out.println("  " + report.brokenChain());
    }
    return NOT_WHOLE;
  }

  private int fail(BackupException e) {
    line().getErr().println(e.getMessage());
    return NOT_WHOLE;
  }

  private PrintWriter out() {
    return line().getOut();
  }

  private ParameterException mistake(String what) {
    return new ParameterException(line(), what);
  }

  private CommandLine line() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return command.commandLine();
  }
}
