package io.crossdock.terminal;

/**
 * A command that cannot continue, through no fault of the hub or the arguments; the message says
 * why.
 */
public final class CommandException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final ExitCode exit;

  public CommandException(ExitCode exit, String message) {
    super(message, null, false, false);
    this.exit = exit;
  }

  ExitCode exit() {
    return exit;
  }
}
