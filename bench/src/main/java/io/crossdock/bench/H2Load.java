package io.crossdock.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** Drives {@code h2load}: 64 connections with one call in flight each. */
final class H2Load {

  static final int CONNECTIONS = 64;
  // A call's answer: 5 bytes of gRPC framing and the message of 40 bytes at least.
  private static final int LEAST_ANSWER_BYTES = 45;
  private static final Pattern RATE = Pattern.compile("finished in [^,]+, ([0-9.]+) req/s");
  private static final Pattern SUCCEEDED = Pattern.compile("(\\d+) succeeded");
  private static final Pattern DATA = Pattern.compile("\\((\\d+)\\) data");

  private final Path directory;
  private final Path request;

  /**
   * @param directory for temporary files
   * @param message what is sent with every call
   */
  H2Load(Path directory, byte[] message) throws IOException {
    this.directory = directory;
    byte[] framed = new byte[5 + message.length];
    framed[4] = (byte) message.length;
    System.arraycopy(message, 0, framed, 5, message.length);
    this.request = Files.write(directory.resolve("request.bin"), framed);
  }

  /**
   * Sends calls as fast as the answers come.
   *
   * @return calls per second
   */
  double run(Target target, int calls) throws IOException {
    String report = h2load(target, calls, List.of());
    return Double.parseDouble(first(RATE, report));
  }

  /**
   * Sends calls at a fixed rate.
   *
   * @return answer times, microseconds
   */
  Histogram runAtRate(Target target, int calls, int callsPerSecond) throws IOException {
    Path log = directory.resolve("h2load.log");
    Files.deleteIfExists(log);
    h2load(
        target,
        calls,
        List.of("--rps=" + Math.max(1, callsPerSecond / CONNECTIONS), "--log-file=" + log));
    Histogram times = new Histogram(3);
    try (Stream<String> lines = Files.lines(log)) {
      lines.forEach(line -> times.recordValue(Long.parseLong(line.split("\t", -1)[2])));
    }
    return times;
  }

  /** Whether a program is installed. */
  static Optional<Path> find(String program) {
    List<Path> directories = new ArrayList<>();
    for (String entry : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      directories.add(Path.of(entry.isEmpty() ? "." : entry));
    }
    // Debian keeps servers where an ordinary user's PATH does not lead.
    directories.add(Path.of("/usr/sbin"));
    return directories.stream()
        .map(directory -> directory.resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private String h2load(Target target, int calls, List<String> more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                find("h2load").map(Path::toString).orElse("h2load"),
                "-n",
                Integer.toString(calls),
                "-c",
                Integer.toString(CONNECTIONS),
                "-m",
                "1",
                "-d",
                request.toString(),
                "-H",
                "content-type: application/grpc",
                "-H",
                "te: trailers"));
    command.addAll(more);
    command.add("http://127.0.0.1:" + target.port() + "/" + target.method());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int succeeded = Integer.parseInt(first(SUCCEEDED, report));
    long data = Long.parseLong(first(DATA, report));
    // A failed gRPC call has HTTP status 200 all the same, but no answer.
    if (succeeded != calls || data < (long) calls * LEAST_ANSWER_BYTES) {
      throw new IllegalStateException(target.name() + ": not every call was answered\n" + report);
    }
    return report;
  }

  private static String first(Pattern pattern, String report) {
    Matcher matcher = pattern.matcher(report);
    if (!matcher.find()) {
      throw new IllegalStateException("h2load said:\n" + report);
    }
    return matcher.group(1);
  }
}
