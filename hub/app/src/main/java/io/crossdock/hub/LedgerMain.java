package io.crossdock.hub;

import io.crossdock.ledger.audit.AuditCheck;
import io.crossdock.ledger.audit.Head;
import io.crossdock.ledger.backup.Backup;
import io.crossdock.ledger.backup.BackupException;
import io.crossdock.ledger.backup.Report;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.runtime.lifecycle.Release;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
          Path path,
      @Option(
              names = "--head",
              paramLabel = "N:HASH",
              description =
                  "Head of the audit chain as an earlier check, the log or /metrics has it.")
          @Nullable String head) {
    Path file = Files.isDirectory(path) ? new SqliteDatabase(path).file() : path;
    if (!Files.isRegularFile(file)) {
      throw mistake(
          Files.isDirectory(path)
              ? path + ": has no ledger (expected: a directory with " + file.getFileName() + ")"
              : path + ": is not there (expected: a back-up, or the directory of a ledger)");
    }
    try {
      return print(Backup.check(file, noted(head)));
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

  private List<AuditCheck.Noted> noted(@Nullable String head) {
    if (head == null) {
      return List.of();
    }
    Head known =
        Head.parse(head)
            .orElseThrow(
                () -> mistake("--head: " + head + " (expected: N:HASH, 64 hexadecimal digits)"));
    return List.of(new AuditCheck.Noted("the head that was given", known));
  }

  private int print(Report report) {
    PrintWriter out = out();
    if (!report.version().isEmpty()) {
      out.println("version " + report.version());
      out.println("events " + report.events());
      out.println("audit records " + report.auditRecords());
      out.println("audit head " + report.head());
    }
    if (report.unchecked() > 0) {
      out.println("without checksum " + report.unchecked());
    }
    if (report.whole()) {
      out.println("The ledger is intact.");
      return WHOLE;
    }
    out.println("The ledger is damaged:");
    report.all().forEach(line -> out.println("  " + line));
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
