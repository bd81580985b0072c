package io.crossdock.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PortsTest {
  @Test
  void areThoseOfTheExamplesByDefault() throws IOException {
    Ports ports = Ports.choose(Map.of(), false);

    assertThat(ports.areStandard()).isTrue();
    assertThat(ports.address(DemoPort.HUB)).isEqualTo("127.0.0.1:7070");
  }

  @Test
  void areAllDifferentWhenFreeOnesAreTaken() throws IOException {
    Ports ports = Ports.choose(Map.of(), true);

    assertThat(new HashSet<>(ports.of().values())).hasSameSizeAs(DemoPort.values());
    assertThat(ports.problems()).isEmpty();
  }

  @Test
  void keepWhatWasChosen() throws IOException {
    Ports ports = Ports.choose(Map.ofEntries(Ports.parse("hub=9070")), true);

    assertThat(ports.at(DemoPort.HUB)).isEqualTo(9070);
  }

  @Test
  void tellWhichOneIsTaken() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ports ports = Ports.choose(Map.of(DemoPort.ESTATE, other.getLocalPort()), true);

      assertThat(ports.problems())
          .containsExactly(
              "port " + other.getLocalPort() + ", needed by estate, is taken by another process");
    }
  }

  @Test
  void tellWhichTwoAreTheSame() throws IOException {
    int port = Ports.choose(Map.of(), true).at(DemoPort.HUB);

    Ports ports = Ports.choose(Map.of(DemoPort.HUB, port, DemoPort.CRM, port), true);

    assertThat(ports.problems())
        .containsExactly("port " + port + " is chosen for both hub and crm");
  }

  @Test
  void standInAConfigurationInThePlaceOfTheStandardOnes() throws IOException {
    Ports ports = Ports.choose(Map.of(DemoPort.HUB, 9070, DemoPort.ESTATE, 9200), false);

    String rewritten =
        ports.rewrite(
            """
            # hub on 7070
            listen: {port: 7070}
            instances: ["127.0.0.1:7101"]
            base_url: http://127.0.0.1:7200/loyalty
            max_bytes: 70700
            """);

    assertThat(rewritten)
        .isEqualTo(
            """
            # hub on 9070
            listen: {port: 9070}
            instances: ["127.0.0.1:7101"]
            base_url: http://127.0.0.1:9200/loyalty
            max_bytes: 70700
            """);
  }

  @Test
  void refuseANameThatIsNone() {
    assertThatThrownBy(() -> Ports.parse("till=1"))
        .hasMessageStartingWith("--port: there is no till (expected: hub, hub-ops, ");
  }

  @Test
  void refuseANumberThatIsNoPort() {
    assertThatThrownBy(() -> Ports.parse("hub=99999"))
        .hasMessage("--port: hub=99999 (expected: hub=1..65535)");
    assertThatThrownBy(() -> Ports.parse("hub")).hasMessage("--port: hub (expected: hub=1..65535)");
  }
}
