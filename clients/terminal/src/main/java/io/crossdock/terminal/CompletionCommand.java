package io.crossdock.terminal;

import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the completion functions of a program; the launcher joins those of all programs. */
@Command(name = "completion", hidden = true, description = "Prints a completion script for bash.")
final class CompletionCommand implements Runnable {

  @Spec private @Nullable CommandSpec command;

  CompletionCommand() {}

  @Override
  public void run() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    CommandSpec root = command.root();
    command
        .commandLine()
        .getOut()
        .println(AutoComplete.bash(root.name().replace(' ', '_'), root.commandLine()));
  }
}
