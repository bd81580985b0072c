package io.crossdock.estate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EstateMainIT {

  private static final Pattern READY =
      Pattern.compile(
          "crossdock estate ready http=127\\.0\\.0\\.1:(\\d+) ops=127\\.0\\.0\\.1:(\\d+)");

  private static Process run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx128m", "-cp", System.getProperty("java.class.path"), EstateMain.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static String output(Process process) throws Exception {
    String text =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return text;
  }

  private static int status(String url) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding())
          .statusCode();
    }
  }

  @Test
  void startsServesAndStopsWhenTold() throws Exception {
    Process process = run("--port", "0", "--ops-port", "0");
    try (BufferedReader lines = process.inputReader()) {
      String line = lines.readLine();
      Matcher ready = READY.matcher(String.valueOf(line));
      assertThat(ready.matches()).as(line).isTrue();
      assertThat(status("http://127.0.0.1:" + ready.group(1) + "/control/health")).isEqualTo(200);
      assertThat(status("http://127.0.0.1:" + ready.group(2) + "/health/ready")).isEqualTo(200);
      assertThat(status("http://127.0.0.1:" + ready.group(2) + "/metrics")).isEqualTo(200);

      process.destroy();

      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void saysThatItsPortIsTaken() throws Exception {
    try (Estate other = Estate.start()) {
      Process process = run("--port", Integer.toString(other.address().getPort()));

      assertThat(output(process)).contains("is taken by another process (change --port)");
      assertThat(process.exitValue()).isEqualTo(4);
    }
  }

  @Test
  void explainsItsArguments() throws Exception {
    Process help = run("--help");
    assertThat(output(help)).contains("--port=PORT", "--host=ADDRESS");
    assertThat(help.exitValue()).isZero();

    Process wrong = run("--port", "99999");
    assertThat(output(wrong)).contains("--port: 99999 (expected: 0..65535)");
    assertThat(wrong.exitValue()).isEqualTo(2);
  }
}
