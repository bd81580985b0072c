package io.crossdock.walls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Stubs for other languages, generated from what {@code build/export-protos} writes, call a running
 * hub. Java is in {@link GiftCardsIT}, from the jar.
 *
 * <p>A language is passed over where its tools are not installed or their packages cannot be
 * fetched. What was fetched stays under {@code target}.
 */
@Timeout(300)
final class StubsIT {

  private static final Path WORK = Path.of("target", "stubs").toAbsolutePath();
  private static final Path SOURCES = Path.of("src", "test", "stubs").toAbsolutePath();
  private static final Path BUF = Repository.HOME.resolve("proto/target/buf/buf");
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration FETCH = Duration.ofMinutes(5);

  private static final List<Program> programs = new ArrayList<>();
  private static String hubPort = "";

  @BeforeAll
  static void startAHubWithALoyaltyPlatform() throws Exception {
    Files.createDirectories(WORK);
    Program estate = start("estate", "estate", "--port", "0");
    write(
        "loyalty.yaml",
        """
        listen: {port: 0}
        ops: {port: 0}
        backend: {base_url: "http://127.0.0.1:%d/loyalty", bearer_token: estate-loyalty-token}
        """
            .formatted(estate.port(START)));
    Program connector = start("loyalty", "connector", "loyalty", "--config", "loyalty.yaml");
    write(
        "hub.yaml",
        """
        listen: {port: 0}
        ops: {port: 0}
        connectors:
          - {name: loyalty, instances: ["127.0.0.1:%d"]}
        routes:
          - {service: crossdock.loyalty.v1.LoyaltyService, connector: loyalty}
        """
            .formatted(connector.port(START)));
    hubPort = Integer.toString(start("hub", "hub", "--config", "hub.yaml").port(START));
  }

  @AfterAll
  static void stop() {
    programs.reversed().forEach(Program::close);
  }

  @Test
  void python() throws Exception {
    Path folder = prepare("python");
    assumeTrue(Program.exists(folder, "python3", "-m", "venv", "--help"), "Python has no venv.");
    Path python = folder.resolve("venv/bin/python");
    if (!Files.exists(folder.resolve("venv/ready"))) {
      Program.run(folder, "venv", FETCH, Map.of(), "python3", "-m", "venv", "--clear", "venv");
      assumeTrue(
          fetched(folder, python, "-m", "pip", "install", "-q", "grpcio-tools"),
          "grpcio-tools cannot be fetched.");
      Files.createFile(folder.resolve("venv/ready"));
    }
    List<Object> protoc =
        new ArrayList<>(
            List.of(
                python,
                "-m",
                "grpc_tools.protoc",
                "-I",
                "protos",
                "--python_out=gen",
                "--grpc_python_out=gen"));
    Path protos = folder.resolve("protos");
    try (Stream<Path> files = Files.walk(protos)) {
      files
          .filter(file -> file.toString().endsWith(".proto"))
          .forEach(file -> protoc.add(protos.relativize(file)));
    }
    Files.createDirectories(folder.resolve("gen"));
    Program.run(folder, "generate", START, Map.of(), protoc.toArray());

    String answer = answer(folder, Map.of("PYTHONPATH", "gen"), python, "client.py", hubPort);

    assertThat(answer).matches("(?s)loyalty\\S* MODE_(LIVE|CACHED)\\s+RULE_VIOLATED\\s*");
  }

  @Test
  void typeScript() throws Exception {
    Path folder = prepare("typescript");
    assumeTrue(
        Program.exists(folder, "node", "--version") && Program.exists(folder, "npm", "--version"),
        "Node and npm are not installed.");
    assumeTrue(
        fetched(
            folder,
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--prefer-offline"),
        "The generator for TypeScript cannot be fetched.");
    Program.run(folder, "generate", START, Map.of(), BUF, "generate");

    String answer = answer(folder, Map.of(), "node", "client.js", hubPort);

    assertThat(folder.resolve("gen/crossdock/loyalty/v1/loyalty_service_pb.d.ts")).isNotEmptyFile();
    assertThat(answer).matches("(?s)loyalty\\S* MODE_(LIVE|CACHED)\\s*");
  }

  @Test
  void go() throws Exception {
    Path folder = prepare("go");
    assumeTrue(Program.exists(folder, "go", "version"), "Go is not installed.");
    Map<String, String> bin = Map.of("GOBIN", folder.resolve("bin").toString());
    for (String plugin :
        List.of(
            "google.golang.org/protobuf/cmd/protoc-gen-go",
            "google.golang.org/grpc/cmd/protoc-gen-go-grpc")) {
      if (!Files.exists(folder.resolve("bin").resolve(Path.of(plugin).getFileName()))) {
        assumeTrue(
            fetched(folder, bin, "go", "install", plugin + "@latest"),
            "The generators for Go cannot be fetched.");
      }
    }
    Program.run(folder, "generate", START, Map.of(), BUF, "generate");
    assumeTrue(
        fetched(folder, "go", "mod", "tidy"), "The modules of the client in Go cannot be fetched.");
    Program.run(folder, "build", FETCH, Map.of(), "go", "build", "-o", "client", ".");

    String answer = answer(folder, Map.of(), folder.resolve("client"), hubPort);

    assertThat(answer).matches("(?s)loyalty\\S* MODE_(LIVE|CACHED)\\s*");
  }

  /** The client's folder with the exported contracts beside it. */
  private static Path prepare(String language) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(WORK.resolve(language));
    try (Stream<Path> files = Files.list(SOURCES.resolve(language))) {
      for (Path file : files.toList()) {
        Files.writeString(folder.resolve(file.getFileName().toString()), Files.readString(file));
      }
    }
    Program.run(
        folder,
        "export",
        START,
        Map.of(),
        Repository.HOME.resolve("build/export-protos"),
        folder.resolve("protos"));
    return folder;
  }

  /** What a client prints; the first calls of processes that have just started may be too slow. */
  private static String answer(Path folder, Map<String, String> environment, Object... command)
      throws IOException, InterruptedException {
    for (int i = 0; i < 4; i++) {
      if (Program.succeeds(folder, "first-calls", START, environment, command)) {
        break;
      }
    }
    return Program.run(folder, "client", START, environment, command);
  }

  private static boolean fetched(Path folder, Object... command) throws Exception {
    return fetched(folder, Map.of(), command);
  }

  private static boolean fetched(Path folder, Map<String, String> environment, Object... command)
      throws IOException, InterruptedException {
    return Program.succeeds(folder, "fetch", FETCH, environment, command);
  }

  private static Program start(String name, String... arguments) throws IOException {
    List<Object> command = new ArrayList<>(List.of(Repository.HOME.resolve("crossdock")));
    command.addAll(List.of(arguments));
    Program program =
        Program.start(
            WORK,
            name,
            Map.of(
                "CROSSDOCK_BUILD", "never", "CROSSDOCK_JAVA_HOME", System.getProperty("java.home")),
            command.toArray());
    programs.add(program);
    return program;
  }

  private static void write(String file, String text) throws IOException {
    Files.writeString(WORK.resolve(file), text);
  }
}
