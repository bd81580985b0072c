package io.crossdock.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.event.v1.EventServiceGrpc;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class MethodDefaultsTest {

  @Test
  void lastsAsLongAsTheContractSays() {
    assertThat(MethodDefaults.of(EventServiceGrpc.getReplayMethod()).deadline())
        .isEqualTo(Duration.ofMillis(600_200));
  }

  @Test
  void letsAStreamWithoutADeadlineLastUntilSomebodyHangsUp() {
    assertThat(MethodDefaults.of(EventServiceGrpc.getSubscribeMethod()).deadline()).isNull();
  }
}
