package io.crossdock.pos;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The till as a process of its own, as scripts start it. */
final class PosProcessIT {

  @TempDir private Path directory;

  private ScriptedHub hub;

  @BeforeEach
  void start() throws IOException {
    hub =
        new ScriptedHub(request ->
            ScriptedHub.message(
                GetBalanceResponse.class,
                """
                balance { member_id: "M-1001" tier: "GOLD" balances { available { units: 12480 } } }
                hub_freshness { mode: MODE_LIVE }
                """));
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void takesTheHubFromTheEnvironmentAndSaysNothingButTheAnswer() throws Exception {
    Ran ran = process(Map.of("CROSSDOCK_HUB", hub.address()), "balance", "M-1001");

    assertThat(ran.out()).startsWith("M-1001  GOLD").contains("12,480 points", "live");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.exit()).isZero();
  }

  @Test
  void endsWithTheExitCodeOfTheFailure() throws Exception {
    hub.script(request -> {
      throw Failure.of(Reason.REASON_NOT_FOUND, "None.").toException();
    });

    Ran ran = process(Map.of(), "balance", "M-9", "--hub", hub.address());

    assertThat(ran.err()).isEqualToNormalizingNewlines("There is no member M-9.\n");
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void exportsItsRootSpanAndTellsTheHubOfTheSameTrace() throws Exception {
    try (TraceCollector collector = new TraceCollector()) {
      Ran ran =
          process(
              Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()),
              "balance",
              "M-1001",
              "--hub",
              hub.address());

      assertThat(ran.exit()).isZero();
      assertThat(collector.got("till balance")).isTrue();
      assertThat(collector.got("crossdock-pos")).isTrue();
      // 00-TRACE-SPAN-FLAGS
      String parent = hub.traceParents.getFirst();
      assertThat(collector.gotId(parent.substring(3, 35))).describedAs("trace id").isTrue();
      assertThat(collector.gotId(parent.substring(36, 52)))
          .describedAs("span id of the call")
          .isTrue();
    }
  }

  @Test
  void doesNotWaitForACollectorThatIsDown() throws Exception {
    Duration without = timed(Map.of());
    Duration with = timed(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"));

    assertThat(with.minus(without)).isLessThan(Duration.ofSeconds(4));
  }

  private Duration timed(Map<String, String> environment) throws Exception {
    long begin = System.nanoTime();
    Ran ran = process(environment, "balance", "M-1001", "--hub", hub.address());
    assertThat(ran.exit()).isZero();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private Ran process(Map<String, String> environment, String... arguments) throws Exception {
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            PosMain.class.getName());
    builder.command().addAll(List.of(arguments));
    builder.command().addAll(List.of("--timeout", "30s"));
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    Process process = builder.redirectOutput(out).redirectError(err).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ran(process.exitValue(), text(out), text(err));
  }

  private static String text(File file) throws IOException {
    return Files.readString(file.toPath(), StandardCharsets.UTF_8);
  }
}
