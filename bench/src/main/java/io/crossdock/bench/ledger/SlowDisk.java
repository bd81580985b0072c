package io.crossdock.bench.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Runs the benchmark again in a process in which each flush to the disk takes longer: a few lines
 * of C are compiled and preloaded, so that SQLite calls them instead of the C library's.
 */
final class SlowDisk {

  private static final String DELAY = "CROSSDOCK_FLUSH_DELAY_MICROS";

  private SlowDisk() {}

  /** The delay of each flush in this process; zero in an ordinary one. */
  static Duration here() {
    String micros = System.getenv(DELAY);
    return micros == null ? Duration.ZERO : Duration.ofNanos(Long.parseLong(micros) * 1_000);
  }

  /**
   * Runs the same command line again with a delay.
   *
   * @return the exit code
   * @throws IllegalStateException when there is no C compiler
   */
  static int run(Duration delay, Class<?> main, List<String> arguments, Path directory)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put("LD_PRELOAD", compiled(directory).toString());
    builder.environment().put(DELAY, Long.toString(delay.toNanos() / 1_000));
    return builder.start().waitFor();
  }

  private static Path compiled(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve("slow_disk.c");
    try (InputStream in = SlowDisk.class.getResourceAsStream("slow_disk.c")) {
      Files.write(source, Objects.requireNonNull(in).readAllBytes());
    }
    Path library = directory.resolve("slow_disk.so");
    try {
      int exit =
          new ProcessBuilder(
                  "cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString())
              .inheritIO()
              .start()
              .waitFor();
      if (exit != 0) {
        throw new IllegalStateException("--fsync-delay: cc failed with exit code " + exit);
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "--fsync-delay: there is no C compiler (expected: cc on the PATH)", e);
    }
    return library;
  }
}
