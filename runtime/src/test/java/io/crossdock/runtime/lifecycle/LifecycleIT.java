package io.crossdock.runtime.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LifecycleIT {

  private static final String ROUTES =
      """
      routes:
        - service: crossdock.loyalty.v1.LoyaltyService
          local: true
      """;

  // GNU's env can; where it cannot, the test needs a terminal of its own.
  private static final boolean CAN_RESET_SIGNALS = canResetSignals();

  @TempDir Path dir;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endWhatStillRuns() {
    processes.forEach(Process::destroyForcibly);
  }

  @Test
  void closesItsPartsInReverseOnSigterm() throws Exception {
    Process process = start(Map.of(), "serve", config("ops: {port: 0}\n" + ROUTES));
    BufferedReader out = process.inputReader(UTF_8);
    String ready = out.readLine();
    int status = status(ready.substring(ready.lastIndexOf('=') + 1));

    signal("TERM", process);
    List<String> rest = out.lines().toList();

    assertThat(ready).matches("test program ready ops=127\\.0\\.0\\.1:\\d+");
    assertThat(status).isEqualTo(200);
    assertThat(rest).containsExactly("closed last", "closed first");
    assertThat(process.waitFor()).isEqualTo(143);
    assertThat(errors()).contains("closed first").contains("did not close");
  }

  @Test
  void stopsOnSigintToo() throws Exception {
    Process process = start(Map.of(), "serve", config("ops: {port: 0}\n" + ROUTES));
    BufferedReader out = process.inputReader(UTF_8);
    assertThat(out.readLine()).startsWith("test program ready");

    signal("INT", process);

    assertThat(out.lines()).containsExactly("closed last", "closed first");
    assertThat(process.waitFor()).isEqualTo(130);
  }

  @Test
  void goesOnAfterSighupAndSaysSo() throws Exception {
    Process process = start(Map.of(), "serve", config("ops: {port: 0}\n" + ROUTES));
    BufferedReader out = process.inputReader(UTF_8);
    String ready = out.readLine();

    signal("HUP", process);
    int status = status(ready.substring(ready.lastIndexOf('=') + 1));
    // Each signal has a thread of its own: the second could end the process before that is logged.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!errors().contains("SIGHUP is ignored") && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    signal("TERM", process);

    assertThat(status).isEqualTo(200);
    assertThat(out.lines()).containsExactly("closed last", "closed first");
    assertThat(process.waitFor()).isEqualTo(143);
    assertThat(errors()).contains("SIGHUP is ignored");
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_PROPAGATORS, b3",
    "OTEL_PROPAGATORS, 'tracecontext,jaeger'",
    "OTEL_TRACES_EXPORTER, console"
  })
  void takesWhatTheOpenTelemetrySpecificationNames(String name, String value) throws Exception {
    Process process = start(Map.of(name, value), "serve", config("ops: {port: 0}\n" + ROUTES));
    BufferedReader out = process.inputReader(UTF_8);

    assertThat(out.readLine()).startsWith("test program ready");
    signal("TERM", process);
    assertThat(process.waitFor()).isEqualTo(143);
  }

  @Test
  void reportsEveryConfigErrorAndEndsWith2() throws Exception {
    String config = config("ops: {port: 99999}\nlisten: {prot: 1}\n" + ROUTES);

    Process process = start(Map.of(), "serve", config);

    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(process.inputReader(UTF_8).lines()).containsExactly("closed first");
    assertThat(errors().lines().filter(line -> !line.contains(" INFO ")))
        .containsExactly(
            config + ":1: ops.port: 99999 (expected: 0..65535)",
            config
                + ":2: listen.prot: unknown field"
                + " (expected: one of host, port; did you mean port?)");
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_TRACES_SAMPLER, often, Unrecognized value for otel.traces.sampler: often",
    "OTEL_EXPORTER_OTLP_ENDPOINT, localhost:4317, OTLP endpoint",
    "OTEL_TRACES_EXPORTER, zipkin, otel.traces.exporter"
  })
  void tellsAWrongVariableAndEndsWith2(String name, String value, String told) throws Exception {
    Process process = start(Map.of(name, value), "serve", config("ops: {port: 0}\n" + ROUTES));

    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(errors().lines().filter(line -> !line.contains(" INFO ")))
        .singleElement(as(InstanceOfAssertFactories.STRING))
        .startsWith("test program: ")
        .contains(told);
  }

  @Test
  void namesATakenPortAndEndsWith4() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();

      Process process = start(Map.of(), "serve", config("ops: {port: " + port + "}\n" + ROUTES));

      assertThat(process.waitFor()).isEqualTo(4);
      assertThat(process.inputReader(UTF_8).lines()).containsExactly("closed first");
      assertThat(errors())
          .contains(
              "test program: localhost:" + port + " is taken by another process (change ops.port)");
    }
  }

  // A service manager that does not restart a program whose port is taken must restart this one.
  @Test
  void endsWithACodeOfItsOwnWhenTheMemoryIsUsedUp() throws Exception {
    Process process = start(Map.of(), "use up the memory");

    assertThat(process.waitFor())
        .isEqualTo(3)
        .isNotIn(Lifecycle.OK, Lifecycle.FAILED, Lifecycle.BAD_CONFIGURATION, Lifecycle.PORT_TAKEN);
  }

  @Test
  void closesWhatRanWhenTheStartFails() throws Exception {
    Process process = start(Map.of(), "fail");

    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(process.inputReader(UTF_8).lines()).containsExactly("closed first");
    assertThat(errors()).contains("test program: start failed: a class is missing");
  }

  @Test
  void givesUpAStartThatHangsWhenToldToStop() throws Exception {
    Process process = start(Map.of(), "hang at the start");
    BufferedReader out = process.inputReader(UTF_8);
    assertThat(out.readLine()).isEqualTo("starting");

    signal("TERM", process);

    assertThat(out.lines()).containsExactly("closed first");
    assertThat(process.waitFor()).isEqualTo(143);
  }

  @Test
  void doesNotWaitForeverForAPart() throws Exception {
    Process process = start(Map.of(), "hang at the end");
    BufferedReader out = process.inputReader(UTF_8);
    assertThat(out.readLine()).isEqualTo("test program ready now");

    signal("TERM", process);

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(errors()).contains("did not stop within").contains("TestProgram");
  }

  @Test
  void logsEverythingInOnePlace() throws Exception {
    Process process =
        start(Map.of("LOG_LEVEL", "DEBUG"), "serve", config("ops: {port: 0}\n" + ROUTES));
    assertThat(process.inputReader(UTF_8).readLine()).startsWith("test program ready");
    signal("TERM", process);
    process.waitFor();

    assertThat(errors())
        .containsPattern("(?m)^\\S+Z WARN  library said by a library$")
        .containsPattern("(?m)^\\S+Z DEBUG i\\.c\\.r\\.l\\.TestProgram said in detail$")
        .containsPattern("(?m)^\\S+Z INFO  \\S+ operation=\"sale\" two\\R    lines$")
        .containsPattern("(?m)^\\S+Z ERROR \\S+ thread=\"careless\" not caught$")
        .contains("java.lang.IllegalStateException: caught by nobody");
  }

  @Test
  void takesAnUnknownLevelForInfo() throws Exception {
    Process process =
        start(Map.of("LOG_LEVEL", "LOUD"), "serve", config("ops: {port: 0}\n" + ROUTES));
    assertThat(process.inputReader(UTF_8).readLine()).startsWith("test program ready");
    signal("TERM", process);
    process.waitFor();

    assertThat(errors())
        .contains("LOG_LEVEL: LOUD (expected: one of TRACE, DEBUG, INFO, WARN, ERROR, OFF)")
        .doesNotContain("said in detail");
  }

  private Process start(Map<String, String> environment, String... args) throws IOException {
    List<String> command = new ArrayList<>();
    if (CAN_RESET_SIGNALS) {
      // A shell's background job ignores SIGINT, and what it starts inherits that.
      command.addAll(List.of("env", "--default-signal=INT"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-Xmx128m", "-XX:+ExitOnOutOfMemoryError", "-cp"));
    command.add(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
    command.add(TestProgram.class.getName());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JDK_JAVA_OPTIONS");
    builder.environment().remove("LOG_LEVEL");
    builder.environment().putAll(environment);
    builder.redirectError(dir.resolve("errors").toFile());
    Process process = builder.start();
    processes.add(process);
    return process;
  }

  private static boolean canResetSignals() {
    try {
      Process env = new ProcessBuilder("env", "--default-signal=INT", "true").start();
      return env.waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  // Process.destroy closes the streams, and with them what the process says at its end.
  private static void signal(String name, Process process) throws Exception {
    new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
  }

  private String config(String text) throws IOException {
    return Files.writeString(dir.resolve("hub.yaml"), text).toString();
  }

  private String errors() throws IOException {
    return Files.readString(dir.resolve("errors"));
  }

  private static int status(String address) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://" + address + "/health/ready");
      return client
          .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
