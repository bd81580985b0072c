package io.crossdock.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.util.Durations;
import io.crossdock.config.v1.ConnectorConfig;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.UnknownFields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {

  private static final Path BAD = Path.of("src/test/resources/config/bad");

  private static final String ROUTES =
      """
      routes:
        - service: crossdock.loyalty.v1.LoyaltyService
          connector: loyalty
      """;

  @TempDir Path dir;

  @Test
  void readsEveryKindOfValue() throws Exception {
    HubConfig config =
        ConfigLoader.load(
            file(
                """
                listen: {host: localhost, port: 7070}
                limits:
                  max_message_bytes: 4096
                  drain: 250ms
                  unknown_request_fields: forward
                cache:
                  max_bytes: 1048576
                connectors:
                  - name: loyalty
                    instances: ["127.0.0.1:7103", "127.0.0.1:7203"]
                    keep_alive: 5m
                routes:
                  - service: crossdock.loyalty.v1.LoyaltyService
                    connector: loyalty
                  - service: crossdock.inventory.v1.InventoryService
                    rules:
                      - when: location.startsWith("EU-")
                        connector: erp-eu
                  - service: crossdock.ops.v1.OpsService
                    local: true
                """),
            HubConfig.getDefaultInstance());

    assertThat(config.getListen().getPort()).isEqualTo(7070);
    assertThat(Durations.toMillis(config.getLimits().getDrain())).isEqualTo(250);
    assertThat(config.getLimits().getUnknownRequestFields())
        .isEqualTo(UnknownFields.UNKNOWN_FIELDS_FORWARD);
    assertThat(config.getConnectors(0).getInstancesList())
        .containsExactly("127.0.0.1:7103", "127.0.0.1:7203");
    assertThat(config.getConnectors(0).getKeepAlive().getSeconds()).isEqualTo(300);
    assertThat(config.getRoutes(1).getRules(0).getWhen()).isEqualTo("location.startsWith(\"EU-\")");
    assertThat(config.getRoutes(2).getLocal()).isTrue();
  }

  @Test
  void readsTheFullNameOfAChoice() throws Exception {
    HubConfig config =
        ConfigLoader.load(
            file("limits:\n  unknown_request_fields: UNKNOWN_FIELDS_FORWARD\n" + ROUTES),
            HubConfig.getDefaultInstance());

    assertThat(config.getLimits().getUnknownRequestFields())
        .isEqualTo(UnknownFields.UNKNOWN_FIELDS_FORWARD);
  }

  @Test
  void readsAFileThatOpensWithAByteOrderMark() throws Exception {
    HubConfig config = ConfigLoader.load(file("\uFEFF" + ROUTES), HubConfig.getDefaultInstance());

    assertThat(config.getRoutesCount()).isEqualTo(1);
  }

  static Stream<String> badFiles() throws IOException {
    try (Stream<Path> files = Files.list(BAD)) {
      return files
          .map(path -> path.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badFiles")
  void reportsEveryErrorAsExpected(String name) throws IOException {
    Path file = BAD.resolve(name);

    String told =
        ConfigLoader.read(file, HubConfig.getDefaultInstance(), Map.of("TOKEN", "S3CRET"))
            .errors()
            .stream()
            .map(error -> error.toString().replace(BAD + "/", "") + "\n")
            .collect(Collectors.joining());

    assertThat(told).isEqualTo(Files.readString(BAD.resolve(name.replace(".yaml", ".expected"))));
  }

  @Test
  void throwsAllErrorsOnALineEach() throws IOException {
    Path file = file("listen:\n  port: 99999\n  prot: 1\n" + ROUTES);

    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class, () -> ConfigLoader.load(file, HubConfig.getDefaultInstance()));

    assertThat(refused.errors()).extracting(ConfigError::line).containsExactly(2, 3);
    assertThat(refused.getMessage()).hasLineCount(2).startsWith(file + ":2: listen.port: 99999 ");
  }

  @Test
  void refusesNestingThatNobodyWrites() throws IOException {
    assertThat(errors("listen: " + "[".repeat(100_000)))
        .containsExactly("hub.yaml:1: (expected: well-formed YAML; nested too deeply)");
  }

  @Test
  void refusesWhatIsNoReadableFile() throws IOException {
    Path latin = dir.resolve("latin.yaml");
    Files.write(latin, new byte[] {'#', '\n', 'a', ':', ' ', (byte) 0xE4, '\n'});
    Path large = dir.resolve("large.yaml");
    Files.writeString(large, "#".repeat((1 << 20) + 1));

    assertThat(only(dir)).isEqualTo(dir + ": a directory (expected: a file)");
    assertThat(only(dir.resolve("none.yaml")))
        .isEqualTo(dir + "/none.yaml: not found (expected: an existing file)");
    assertThat(only(latin)).isEqualTo(latin + ":2: (expected: text in UTF-8)");
    assertThat(only(large)).isEqualTo(large + ": 1048577 bytes (expected: at most 1048576)");
  }

  @Test
  void tellsALongValueShortAndOnOneLine() throws IOException {
    String told = errors("limits:\n  drain: \"" + "x\\n".repeat(200) + "\"\n" + ROUTES).getFirst();

    assertThat(told).startsWith("hub.yaml:2: limits.drain: \"x x x").hasSizeLessThan(330);
    assertThat(told).doesNotContain("\n");
  }

  @Test
  void readsSecretsFromVariablesAndFilesBesideTheConfiguration() throws Exception {
    Files.writeString(dir.resolve("host"), "local\n");
    Path file = file("listen:\n  host: \"${file:host}${env:REST}\"\n" + ROUTES);

    ConfigDocument<HubConfig> document =
        ConfigLoader.read(file, HubConfig.getDefaultInstance(), Map.of("REST", "host$1"));

    assertThat(document.orThrow().getListen().getHost()).isEqualTo("localhost$1");
  }

  @Test
  void neverShowsWhatCameFromAReference() throws Exception {
    Path file = file("listen:\n  host: ${env:TOKEN}\n" + ROUTES);

    ConfigDocument<HubConfig> document =
        ConfigLoader.read(file, HubConfig.getDefaultInstance(), Map.of("TOKEN", "s3cret"));
    HubConfig completed = document.value().toBuilder().setOps(document.value().getListen()).build();
    String effective = ConfigLoader.render(completed);
    document.error("listen.host", document.value().getListen().getHost(), "something else");

    assertThat(document.value().getListen().getHost()).isEqualTo("s3cret");
    assertThat(document.render()).contains("host: \"${env:TOKEN}\"").doesNotContain("s3cret");
    assertThat(effective).contains("ops:\n  host: \"***\"").doesNotContain("s3cret");
    assertThat(document.errors().toString()).doesNotContain("s3cret");
  }

  @Test
  void neverShowsASensitiveField() throws IOException {
    Path file =
        file(
            """
            backend:
              base_url: http://127.0.0.1:7200
              bearer_token: "%s"
            """
                .formatted("s3cret".repeat(2000)));

    ConfigDocument<ConnectorConfig> document =
        ConfigLoader.read(file, ConnectorConfig.getDefaultInstance(), Map.of());

    assertThat(document.errors())
        .extracting(ConfigError::toString)
        .containsExactly(
            file + ":3: backend.bearer_token: *** (expected: at most 8192 characters)");
    assertThat(document.render()).contains("bearer_token: \"***\"").doesNotContain("s3cret");
    assertThat(ConfigLoader.render(document.value()))
        .contains("bearer_token: \"***\"")
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource({"${env:TOKEN}, ${env:TOKEN}", "x${env:TOKEN}, ***"})
  void showsTheReferenceOfASensitiveFieldOnlyWhenItTellsNothing(String written, String shown)
      throws Exception {
    Path file =
        file("backend:\n  base_url: http://localhost\n  bearer_token: \"" + written + "\"\n");

    ConfigDocument<ConnectorConfig> document =
        ConfigLoader.read(file, ConnectorConfig.getDefaultInstance(), Map.of("TOKEN", "s3cret"));

    assertThat(document.orThrow().getBackend().getBearerToken()).endsWith("s3cret");
    assertThat(document.render()).contains("bearer_token: \"" + shown + "\"\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://erp_eu:8080",
        "https://user:s3cret@erp.example",
        "ftp://erp.example",
        "http://erp.example/?client=1",
        "erp.example"
      })
  void refusesABackendThatNoClientCanCall(String url) throws IOException {
    Path file = file("backend: {base_url: \"" + url + "\"}\n");

    assertThat(ConfigLoader.read(file, ConnectorConfig.getDefaultInstance(), Map.of()).errors())
        .singleElement()
        .asString()
        .contains("backend.base_url: ")
        .contains("(expected: an address such as https://erp.example:8443/api, without user")
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://127.0.0.1:8080", "https://[::1]:8443/api/v2", "http://erp-eu"})
  void takesABackendByNameOrAddress(String url) throws Exception {
    Path file = file("backend: {base_url: \"" + url + "\"}\n");

    assertThat(
            ConfigLoader.load(file, ConnectorConfig.getDefaultInstance()).getBackend().getBaseUrl())
        .isEqualTo(url);
  }

  @Test
  void saysThatARequiredPartIsMissing() throws IOException {
    Path file = file("listen: {port: 0}\n");

    assertThat(ConfigLoader.read(file, ConnectorConfig.getDefaultInstance(), Map.of()).errors())
        .extracting(ConfigError::toString)
        .containsExactly(file + ": backend: nothing (expected: a value)");
  }

  @Test
  void whatItRendersReadsTheSame() throws Exception {
    ConfigDocument<HubConfig> document =
        ConfigLoader.read(
            file(
                """
                listen: {}
                limits:
                  drain: 1500ms
                  unknown_request_fields: refuse
                  max_message_bytes: 4096
                connectors:
                  - name: erp
                    instances: ["127.0.0.1:7101"]
                    keep_alive: 3600s
                routes:
                  - service: "a \\"quoted\\"\\n\\ttext \\u2028"
                    rules:
                      - when: "true"
                        connector: erp
                """),
            HubConfig.getDefaultInstance());

    HubConfig again = ConfigLoader.load(file(document.render()), HubConfig.getDefaultInstance());

    assertThat(again).isEqualTo(document.orThrow());
  }

  private List<String> errors(String text) throws IOException {
    return ConfigLoader.read(file(text), HubConfig.getDefaultInstance(), Map.of()).errors().stream()
        .map(error -> error.toString().replace(dir + "/", ""))
        .toList();
  }

  private static String only(Path file) {
    List<ConfigError> errors =
        ConfigLoader.read(file, HubConfig.getDefaultInstance(), Map.of()).errors();
    assertThat(errors).hasSize(1);
    return errors.getFirst().toString();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("hub.yaml"), text, StandardCharsets.UTF_8);
  }
}
