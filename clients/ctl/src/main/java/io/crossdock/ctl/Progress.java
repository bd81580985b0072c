package io.crossdock.ctl;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Supplier;

/** A progress line, shown on a terminal only. */
final class Progress implements AutoCloseable {

  private static final long PAUSE_NANOS = 100_000_000;
  private static final String BEGIN_OF_LINE = "\r";
  private static final String ERASE_THE_REST = "\u001b[K";

  private final PrintWriter to;
  private final boolean watched;
  private boolean shown;
  private long last;

  Progress(PrintWriter to, boolean watched) {
    this.to = to;
    this.watched = watched;
  }

  /** The terminal, if a person reads the output there and can be asked. */
  static Optional<Console> terminal() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal);
  }

  /** Replaces the line; skips updates that come too fast to be read. */
  void say(Supplier<String> line) {
    long now = System.nanoTime();
    if (!watched || (shown && now - last < PAUSE_NANOS)) {
      return;
    }
    to.print(BEGIN_OF_LINE + line.get() + ERASE_THE_REST);
    to.flush();
    shown = true;
    last = now;
  }

  /** Removes the line. */
  @Override
  public void close() {
    if (shown) {
      to.print(BEGIN_OF_LINE + ERASE_THE_REST);
      to.flush();
      shown = false;
    }
  }
}
