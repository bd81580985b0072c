package io.crossdock.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.UnknownFields;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigLoaderTest {

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
    assertThat(config.getRoutes(1).getRules().getRules(0).getWhen())
        .isEqualTo("location.startsWith(\"EU-\")");
    assertThat(config.getRoutes(2).getLocal()).isTrue();
  }

  @Test
  void whatItRendersReadsTheSame() throws Exception {
    ConfigDocument<HubConfig> document =
        ConfigLoader.read(
            file("limits:\n  drain: 1500ms\n  unknown_request_fields: refuse\n" + ROUTES),
            HubConfig.getDefaultInstance());

    HubConfig again = ConfigLoader.load(file(document.render()), HubConfig.getDefaultInstance());

    assertThat(again).isEqualTo(document.orThrow());
  }

  static Stream<Arguments> badFiles() {
    return Stream.of(
        bad(
            "an unknown field",
            "listen:\n  prot: 7070\n",
            "hub.yaml:2: listen.prot: unknown (expected: port)"),
        bad(
            "a field of another message",
            "port: 7070\n",
            "hub.yaml:1: port: unknown (expected: one of listen, ops, limits, cache, contracts, connectors, routes)"),
        bad(
            "a number as text",
            "listen:\n  port: \"7070\"\n",
            "hub.yaml:2: listen.port: \"7070\" (expected: a whole number, 0 to 4294967295)"),
        bad(
            "a word as number",
            "listen:\n  port: http\n",
            "hub.yaml:2: listen.port: http (expected: a whole number, 0 to 4294967295)"),
        bad(
            "a port out of range",
            "listen:\n  port: 99999\n",
            "hub.yaml:2: listen.port: 99999 (expected: less than or equal to 65535)"),
        bad(
            "a negative number",
            "cache:\n  max_bytes: -1\n",
            "hub.yaml:2: cache.max_bytes: -1 (expected: a whole number, 0 to 18446744073709551615)"),
        bad(
            "a duration without unit",
            "limits:\n  drain: 30\n",
            "hub.yaml:2: limits.drain: 30 (expected: a duration such as 250ms, 30s, 5m or 1h)"),
        bad(
            "a duration out of range",
            "limits:\n  drain: 1h\n",
            "hub.yaml:2: limits.drain: 3600s (expected: greater than or equal to 0s and less than or equal to 600s)"),
        bad(
            "an unknown choice",
            "limits:\n  unknown_request_fields: drop\n",
            "hub.yaml:2: limits.unknown_request_fields: drop (expected: refuse or forward)"),
        bad(
            "a text where a mapping belongs",
            "listen: 7070\n",
            "hub.yaml:1: listen: 7070 (expected: a mapping of host, port)"),
        bad(
            "a text where a list belongs",
            "connectors: loyalty\n",
            "hub.yaml:1: connectors: loyalty (expected: a list)"),
        bad(
            "a key given twice",
            "listen:\n  port: 1\n  port: 2\n",
            "hub.yaml:3: listen.port: given twice (expected: once)"),
        bad(
            "an empty value",
            "listen:\n  port:\n",
            "hub.yaml:2: listen.port: nothing (expected: a whole number)"),
        bad(
            "a flag for a text",
            "listen:\n  host: true\n",
            "hub.yaml:2: listen.host: true (expected: a text, in quotes if it is meant so)"),
        bad(
            "a variable that is not set",
            "listen:\n  host: ${env:NO_SUCH}\n",
            "hub.yaml:2: listen.host: ${env:NO_SUCH} (expected: the environment variable NO_SUCH to be set)"),
        bad(
            "a secret file that is missing",
            "listen:\n  host: ${file:none}\n",
            "hub.yaml:2: listen.host: ${file:none} (expected: a readable file)"),
        bad(
            "an unknown reference",
            "listen:\n  host: ${vault:x}\n",
            "hub.yaml:2: listen.host: ${vault:x} (expected: ${env:NAME} or ${file:PATH})"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badFiles")
  void refuses(String what, String text, String mistake) throws IOException {
    assertThat(mistakes(text + ROUTES)).containsExactly(mistake);
  }

  @Test
  void tellsEveryMistakeAtOnceInTheOrderOfTheFile() throws IOException {
    String text =
        """
        listen:
          port: 99999
        connectors:
          - name: Loyalty
            instances: []
          - name: erp
            instances: ["nowhere"]
            keep_alive: 1ms
        routes:
          - service: crossdock.loyalty.v1.LoyaltyService
            connector: loyalty
            local: true
          - service: ""
        """;

    assertThat(mistakes(text).stream().map(line -> line.substring(0, line.indexOf(' '))))
        .containsExactly(
            "hub.yaml:2:",
            "hub.yaml:4:",
            "hub.yaml:5:",
            "hub.yaml:7:",
            "hub.yaml:8:",
            "hub.yaml:12:",
            "hub.yaml:13:",
            "hub.yaml:13:");
  }

  @Test
  void refusesYamlThatIsNotWellFormed() throws IOException {
    assertThat(mistakes("listen:\n  port: [7070\n" + ROUTES))
        .singleElement()
        .asString()
        .startsWith("hub.yaml:3: yaml: (expected: well-formed YAML");
  }

  @Test
  void refusesAnEmptyFile() throws IOException {
    assertThat(mistakes("")).singleElement().asString().startsWith("hub.yaml: an empty file");
  }

  @Test
  void refusesWhatIsNoReadableFile() throws IOException {
    Path latin = dir.resolve("latin.yaml");
    Files.write(latin, new byte[] {'a', ':', ' ', (byte) 0xE4});

    assertThat(read(dir).mistakes().getFirst().expectation()).contains("directory");
    assertThat(read(dir.resolve("none.yaml")).mistakes().getFirst().expectation())
        .isEqualTo("an existing file");
    assertThat(read(latin).mistakes().getFirst().expectation()).isEqualTo("text in UTF-8");
  }

  @Test
  void neverShowsASecret() throws Exception {
    Path file = file("listen:\n  host: ${env:TOKEN}\n" + ROUTES);

    ConfigDocument<HubConfig> document =
        ConfigLoader.read(file, HubConfig.getDefaultInstance(), Map.of("TOKEN", "s3cret"));
    document.mistake("listen.host", document.value().getListen().getHost(), "something else");

    assertThat(document.value().getListen().getHost()).isEqualTo("s3cret");
    assertThat(document.render()).contains("host: \"***\"").doesNotContain("s3cret");
    assertThat(document.mistakes().toString()).doesNotContain("s3cret");
  }

  private static Arguments bad(String what, String text, String mistake) {
    return Arguments.of(what, text, mistake);
  }

  private List<String> mistakes(String text) throws IOException {
    return read(file(text)).mistakes().stream()
        .map(mistake -> mistake.toString().replace(dir + "/", ""))
        .toList();
  }

  private static ConfigDocument<HubConfig> read(Path file) {
    return ConfigLoader.read(file, HubConfig.getDefaultInstance(), Map.of());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("hub.yaml"), text, StandardCharsets.UTF_8);
  }
}
