package io.crossdock.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {

  private static final List<String> NAMES = List.of("host", "port", "max_message_bytes");

  @ParameterizedTest
  @CsvSource({
    "prot, port",
    "Port, port",
    "hots, host",
    "maxMessageBytes, max_message_bytes",
    "max-message-bytes, max_message_bytes",
    "max_mesage_byte, max_message_bytes"
  })
  void findsTheNameThatWasMeant(String written, String meant) {
    assertThat(Suggestion.among(written, NAMES))
        .isEqualTo("one of host, port, max_message_bytes; did you mean " + meant + "?");
  }

  @ParameterizedTest
  @CsvSource({"listen", "x", "''", "'y'", "password"})
  void guessesNothingFarFetched(String written) {
    assertThat(Suggestion.among(written, NAMES)).isEqualTo("one of host, port, max_message_bytes");
  }

  @Test
  void namesTheOnlyOneThereIs() {
    assertThat(Suggestion.among("erp", List.of("loyalty"))).isEqualTo("loyalty");
  }

  @Test
  void keepsALongListShort() {
    List<String> many = IntStream.range(100, 200).mapToObj(i -> "service-" + i).toList();

    assertThat(Suggestion.among("servce-142", many))
        .isEqualTo("one of 100 names; did you mean service-142?");
    assertThat(Suggestion.among("till", many))
        .startsWith("one of service-100, service-101, ")
        .endsWith("service-111 and others");
  }
}
