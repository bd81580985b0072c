package io.crossdock.ledger.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every table has one package that reads and writes it; all others ask that package. */
class TableOwnersTest {

  private static final Map<String, String> OWNERS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("audit", "audit"),
              Map.entry("audit_head", "audit"),
              Map.entry("consumer_keys", "position"),
              Map.entry("consumer_starts", "position"),
              Map.entry("consumer_types", "position"),
              Map.entry("consumers", "position"),
              Map.entry("dead_letter_history", "deadletter"),
              Map.entry("dead_letters", "deadletter"),
              Map.entry("event_epochs", "event"),
              Map.entry("event_floors", "event"),
              Map.entry("event_keys", "event"),
              Map.entry("events", "event"),
              Map.entry("flyway_schema_history", "store"),
              Map.entry("idempotency", "idempotency"),
              Map.entry("offline_authorisations", "offline"),
              Map.entry("offline_exposure", "offline"),
              Map.entry("replayed_effects", "replay"),
              Map.entry("replays", "replay"),
              Map.entry("work", "lease"),
              Map.entry("write_probe", "store")));

  private static final Path SOURCES = Path.of("src/main/java/io/crossdock/ledger");
  private static final Path SCRIPTS = Path.of("src/main/resources/io/crossdock/ledger");

  private static final Pattern STRING =
      Pattern.compile("\"\"\"(?s:.*?)\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\"");
  private static final Pattern TABLE =
      Pattern.compile("\\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\\s+(?:ONLY\\s+)?([a-z_]+)\\b");
  private static final Pattern MADE = Pattern.compile("CREATE TABLE ([a-z_]+)");
  private static final Pattern RENAMED =
      Pattern.compile("ALTER TABLE ([a-z_]+) RENAME TO ([a-z_]+)");

  @Test
  void noPackageReadsOrWritesAnothersTable() throws IOException {
    List<String> foreign = new ArrayList<>();
    Set<String> seen = new TreeSet<>();
    for (Path source : files(SOURCES, ".java")) {
      String room = SOURCES.relativize(source).getName(0).toString();
      for (String table : tables(Files.readString(source))) {
        String owner = OWNERS.get(table);
        seen.add(table);
        if (owner != null && !owner.equals(room)) {
          foreign.add(source.getFileName() + " in " + room + " touches " + table + " of " + owner);
        }
      }
    }

    assertThat(foreign).isEmpty();
    // Whoever cannot find a table's statements would not find a foreign one either.
    assertThat(seen).containsAll(OWNERS.keySet());
  }

  @Test
  void everyTableHasAnOwner() throws IOException {
    Set<String> tables = new TreeSet<>(Set.of("flyway_schema_history"));
    for (Path script : files(SCRIPTS, ".sql")) {
      String text = Files.readString(script);
      MADE.matcher(text).results().map(made -> made.group(1)).forEach(tables::add);
      RENAMED
          .matcher(text)
          .results()
          .forEach(renamed -> {
            tables.remove(renamed.group(1));
            tables.add(renamed.group(2));
          });
    }

    assertThat(tables).isEqualTo(OWNERS.keySet());
  }

  @Test
  void findsTheTablesOfAStatement() {
    assertThat(
            tables(
                """
                String one = "DELETE FROM events WHERE id = ?";
                String two = \"""
                    SELECT 1 FROM replays r JOIN consumers c ON true
                    \""";
                // FROM audit: a comment is no statement
                """))
        .containsExactlyInAnyOrder("events", "replays", "consumers");
  }

  private static Set<String> tables(String source) {
    Set<String> tables = new TreeSet<>();
    STRING
        .matcher(source)
        .results()
        .map(MatchResult::group)
        .flatMap(literal -> TABLE.matcher(literal).results())
        .forEach(found -> tables.add(found.group(1)));
    return tables;
  }

  private static List<Path> files(Path directory, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> path.toString().endsWith(ending)).sorted().toList();
    }
  }
}
