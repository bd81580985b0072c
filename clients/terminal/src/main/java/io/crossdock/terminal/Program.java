package io.crossdock.terminal;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs a program at a terminal: exit codes in every help text, no output of libraries. */
public final class Program {

  private Program() {}

  /** Runs the program of a process and ends the process. */
  public static void main(Object command, String[] args) {
    // Figures and dates are read by scripts, and in some locales %d prints other digits than 0 to
    // 9.
    Locale.setDefault(Locale.ROOT);
    // Netty would load the whole logging of a server for a line that nobody reads.
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    if (!Arrays.asList(args).contains("--verbose") && !Arrays.asList(args).contains("-v")) {
      Logger.getLogger("").setLevel(Level.OFF);
    }
    System.exit(commandLine(command).execute(args));
  }

  /** The command line of a program. */
  public static CommandLine commandLine(Object command) {
    CommandLine line = new CommandLine(command);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((fault, failed, _) -> {
      failed.getErr().println("Something went wrong: " + fault);
      return ExitCode.OTHER.code();
    });
    line.setParameterExceptionHandler((mistake, _) -> {
      complain(mistake);
      return ExitCode.INVALID.code();
    });
    line.addSubcommand(new CompletionCommand());
    describe(line, version(command));
    return line;
  }

  private static void complain(ParameterException mistake) {
    CommandLine line = mistake.getCommandLine();
    PrintWriter err = line.getErr();
    err.println(mistake.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(mistake, err)) {
      err.println("Try %s --help.".formatted(line.getCommandSpec().qualifiedName()));
    }
  }

  private static String version(Object command) {
    String version = command.getClass().getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  private static void describe(CommandLine line, String version) {
    line.getCommandSpec().version(version);
    line.getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.help());
    line.getSubcommands().values().forEach(each -> describe(each, version));
  }
}
