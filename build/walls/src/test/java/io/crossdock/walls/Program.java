package io.crossdock.walls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program as a process of its own, with its output in a file. */
final class Program implements AutoCloseable {

  private static final Pattern READY = Pattern.compile("ready .*?(?:grpc|http)=[^ ]*?:(\\d+)");

  private final Process process;
  private final Path output;

  private Program(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts a program in a folder; its output goes to {@code NAME.log} there. */
  static Program start(Path folder, String name, Map<String, String> environment, Object... command)
      throws IOException {
    Path output = folder.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(words(command))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("CROSSDOCK_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return new Program(process, output);
  }

  /** Runs a program to its end and returns its output; fails when it fails or takes too long. */
  static String run(
      Path folder, String name, Duration most, Map<String, String> environment, Object... command)
      throws IOException, InterruptedException {
    try (Program program = start(folder, name, environment, command)) {
      assertThat(program.process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS))
          .as("%s ends within %s\n%s", List.of(command), most, program.output())
          .isTrue();
      assertThat(program.process.exitValue())
          .as("%s\n%s", List.of(command), program.output())
          .isZero();
      return program.output();
    }
  }

  /** Whether a program is installed and runs. */
  static boolean exists(Path folder, Object... command) throws InterruptedException {
    try {
      return succeeds(folder, "exists", Duration.ofSeconds(30), Map.of(), command);
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs a program to its end; false when it fails or takes too long. */
  static boolean succeeds(
      Path folder, String name, Duration most, Map<String, String> environment, Object... command)
      throws IOException, InterruptedException {
    try (Program program = start(folder, name, environment, command)) {
      return program.process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)
          && program.process.exitValue() == 0;
    }
  }

  /** Waits until the program says that it is ready, and returns its port. */
  int port(Duration most) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(most);
    while (Instant.now().isBefore(end)) {
      Matcher matcher = READY.matcher(output());
      if (matcher.find()) {
        return Integer.parseInt(matcher.group(1));
      }
      assertThat(process.isAlive()).as("the program runs\n%s", output()).isTrue();
      boolean ended = process.waitFor(50, TimeUnit.MILLISECONDS);
      assertThat(ended).as("the program runs\n%s", output()).isFalse();
    }
    throw new AssertionError("not ready within " + most + "\n" + output());
  }

  String output() throws IOException {
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> words(Object... command) {
    List<String> words = new ArrayList<>();
    for (Object word : command) {
      words.add(word.toString());
    }
    return words;
  }
}
