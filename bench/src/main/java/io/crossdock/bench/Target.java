package io.crossdock.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A server under load.
 *
 * @param name as the report calls it
 * @param method full name of the method that is called
 * @param port where it listens
 * @param process the server
 * @param java whether it is a JVM, whose allocation can be asked
 */
record Target(String name, String method, int port, ProcessHandle process, boolean java) {

  // The unit of /proc/PID/stat on Linux, whatever the processor (sysconf(_SC_CLK_TCK)).
  private static final long TICK_NANOS = Duration.ofMillis(10).toNanos();
  private static final int UTIME = 11;
  private static final int STIME = 12;

  /** Processor time, user and system, that the server and its children have used, nanoseconds. */
  long cpuNanos() {
    return Stream.concat(Stream.of(process), process.descendants())
        .mapToLong(each -> ticks(each.pid()) * TICK_NANOS)
        .sum();
  }

  private static long ticks(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // The second field is the program's name in brackets and may hold blanks.
      List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
      return Long.parseLong(fields.get(UTIME)) + Long.parseLong(fields.get(STIME));
    } catch (IOException e) {
      throw new UncheckedIOException("processor time of process " + pid, e);
    }
  }
}
