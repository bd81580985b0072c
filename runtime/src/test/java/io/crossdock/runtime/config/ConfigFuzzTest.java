package io.crossdock.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.config.v1.HubConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a file holds, it is a configuration or its errors are listed with where they are. */
class ConfigFuzzTest {

  private static final String SAMPLE =
      """
      listen: {port: 7070}
      ops: {port: 0}
      connectors:
        - {name: erp-eu, instances: ["127.0.0.1:7101", "[::1]:7102"]}
      routes:
        - service: crossdock.inventory.v1.InventoryService
          rules: [{when: 'location.startsWith("EU-")', connector: erp-eu}]
      ledger: {directory: "${env:LEDGER}"}
      limits: {drain: 30s}
      """;
  private static final String[] PIECES = {
    "&a ",
    "*a",
    "!!binary ",
    "<<: *a",
    "---\n",
    "...\n",
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "\t",
    "|\n",
    "? ",
    "${env:",
    "${file:/dev/null}",
    "\u0000",
    "\ufeff",
    "\ud800",
    "9".repeat(400),
    "1e999999999",
    "null",
    "\n".repeat(3),
    "#",
    "'",
    "\"",
    "%YAML 9.9\n",
    "-0x",
    ".inf",
    "2026-02-30"
  };
  private static Path file = Path.of("");

  @BeforeContainer
  static void create() throws IOException {
    file = Files.createTempFile("fuzz", ".yaml");
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Property
  void readsAnyText(@ForAll String text) throws IOException {
    read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Property
  void readsAnyBytes(@ForAll byte[] bytes) throws IOException {
    read(bytes);
  }

  @Property
  void readsAConfigurationWithSomethingElseInIt(@ForAll @Size(max = 5) List<Integer> places)
      throws IOException {
    StringBuilder text = new StringBuilder(SAMPLE);
    for (int place : places) {
      int at = Math.floorMod(place, text.length());
      String piece = PIECES[Math.floorMod(place / 31, PIECES.length)];
      text.replace(at, Math.min(text.length(), at + Math.floorMod(place, 4)), piece);
    }
    read(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void read(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    ConfigDocument<HubConfig> document =
        ConfigLoader.read(file, HubConfig.getDefaultInstance(), Map.of("LEDGER", "/tmp/ledger"));
    try {
      assertThat(ConfigLoader.render(document.orThrow())).isNotNull();
    } catch (ConfigException e) {
      assertThat(e.getMessage()).startsWith(file.toString());
    }
  }
}
