package io.crossdock.terminal;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.Arrays;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** How a program at a terminal runs: exit codes in every help text, no word of a library. */
public final class Program {

  private Program() {}

  /** Runs the program of a process and ends the process. */
  public static void main(Object command, String[] args) {
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
    showExitCodes(line);
    return line;
  }

  private static void showExitCodes(CommandLine line) {
    line.getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.help());
    line.getSubcommands().values().forEach(Program::showExitCodes);
  }
}
