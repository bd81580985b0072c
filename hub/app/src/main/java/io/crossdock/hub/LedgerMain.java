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

/** Looks after a ledger's files while no hub does. */
@Command(
    name = "crossdock ledger",
    mixinStandardHelpOptions = true,
    versionProvider = Release.class,
    description = "Checks the files of an embedded ledger, and puts a back-up back.",
    footer = {
      "",
      "Examples:",
      "  crossdock ledger check /backup/ledger-2026-11-21.db",
      "  crossdock ledger restore /backup/ledger-2026-11-21.db /var/lib/ledger",
      "",
      "Exit codes: 0 whole, 1 not whole or not restored, 2 wrong arguments.",
      "A hub that runs is asked by: crossdock ctl ledger."
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
      description = "Tells whether a back-up, or a hub's directory, is whole; changes nothing.")
  int check(
      @Parameters(
              paramLabel = "FILE|DIRECTORY",
              description = "A back-up, or the directory of a ledger.")
          Path path) {
    Path file = Files.isDirectory(path) ? new SqliteDatabase(path).file() : path;
    if (!Files.isRegularFile(file)) {
      throw mistake(
          Files.isDirectory(path)
              ? path + ": has no ledger (expected: a directory with " + file.getFileName() + ")"
              : path + ": is not there (expected: a back-up, or the directory of a ledger)");
    }
    try {
      return tell(Backup.check(file));
    } catch (BackupException e) {
      return fail(e);
    }
  }

  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = {
        "Puts a back-up into a directory that has no ledger; the hub must not run.",
        "A damaged back-up is refused."
      })
  int restore(
      @Parameters(paramLabel = "FILE", description = "The back-up.") Path file,
      @Parameters(paramLabel = "DIRECTORY", description = "Where the ledger is to be.")
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
      return tell(report);
    } catch (BackupException e) {
      return fail(e);
    }
  }

  private int tell(Report report) {
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
