package io.crossdock.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:7070", "127.1.2.3:1", "localhost:65535", "[::1]:7070"})
  void knowsThisMachine(String text) {
    assertThat(Address.of(text).isLoopback()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hub.example:7070",
        "10.0.0.1:7070",
        "127.0.0.1.example.com:7070",
        "[2001:db8::1]:7070",
        "dns:///localhost:7070"
      })
  void takesNothingElseForThisMachine(String text) {
    assertThat(Address.of(text).isLoopback()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7070", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "a b:1"})
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> Address.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("address: " + text + " (expected: HOST:PORT, for example 127.0.0.1:7070)");
  }

  @Test
  void refusesAClientOfNoService() {
    assertThatThrownBy(() -> CrossdockClient.builder("127.0.0.1:7070").build())
        .hasMessage("services: none (expected: at least one)");
  }
}
