package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A hub as its own process, with free ports, and a way to it.
 *
 * @param process the hub
 * @param grpc a connection to it
 * @param grpcPort where callers reach it
 * @param opsPort where operators do
 */
record HubProcess(Process process, ManagedChannel grpc, int grpcPort, int opsPort)
    implements AutoCloseable {

  private static final Pattern READY =
      Pattern.compile("crossdock hub ready grpc=127.0.0.1:(\\d+) ops=127.0.0.1:(\\d+)");

  /** Starts a hub and waits until it is ready. */
  static HubProcess start(Path directory, String config) throws IOException {
    Process hub = launch(directory, config);
    try {
      BufferedReader out =
          new BufferedReader(new InputStreamReader(hub.getInputStream(), StandardCharsets.UTF_8));
      // Nobody must wait for a full pipe.
      Thread.ofVirtual().start(() -> drain(hub));
      Matcher ready = READY.matcher(String.valueOf(out.readLine()));
      assertThat(ready.matches()).isTrue();
      int port = Integer.parseInt(ready.group(1));
      return new HubProcess(
          hub,
          NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build(),
          port,
          Integer.parseInt(ready.group(2)));
    } catch (IOException | AssertionError e) {
      hub.destroyForcibly();
      throw e;
    }
  }

  /** Starts a hub whose fate is the caller's business. */
  static Process launch(Path directory, String config) throws IOException {
    Path file = Files.writeString(directory.resolve("hub.yaml"), config);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "io.crossdock.hub.HubMain",
            "--config",
            file.toString())
        .start();
  }

  /** Asks its operators' port. */
  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + opsPort + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Ends it as kill -9 does. */
  @Override
  public void close() {
    grpc.shutdownNow();
    process.destroyForcibly().onExit().join();
  }

  private static void drain(Process hub) {
    try {
      var _ = hub.getErrorStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The process ended.
    }
  }
}
