package io.crossdock.terminal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The pipe that standard output may be. Writing to it is the only way that Java offers to learn
 * that nobody reads it any more, which is too late for a command that waits for something to write;
 * so the system is asked.
 */
public final class OutputPipe {

  private static final int STANDARD_OUTPUT = 1;
  // struct pollfd: a descriptor, the events that are wanted, the events that are there.
  private static final long POLLFD_BYTES = 8;
  private static final long EVENTS = 4;
  private static final long FOUND = 6;
  private static final int POLLERR = 8;
  private static final Optional<MethodHandle> POLL = poll();

  private OutputPipe() {}

  /** Whether it is known that nobody reads standard output; false on other systems than Linux. */
  public static boolean isAbandoned() {
    if (POLL.isEmpty()) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment output = arena.allocate(POLLFD_BYTES, Integer.BYTES);
      output.set(ValueLayout.JAVA_INT, 0, STANDARD_OUTPUT);
      output.set(ValueLayout.JAVA_SHORT, EVENTS, (short) 0);
      int found = (int) POLL.get().invokeExact(output, 1L, 0);
      return found > 0 && (output.get(ValueLayout.JAVA_SHORT, FOUND) & POLLERR) != 0;
    } catch (Throwable e) {
      // A method handle may throw anything; none of it is worth ending a command.
      return false;
    }
  }

  @SuppressWarnings("restricted") // the launcher enables native access
  private static Optional<MethodHandle> poll() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return Optional.empty();
    }
    Linker linker = Linker.nativeLinker();
    return linker
        .defaultLookup()
        .find("poll")
        .map(symbol ->
            linker.downcallHandle(
                symbol,
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT)));
  }
}
