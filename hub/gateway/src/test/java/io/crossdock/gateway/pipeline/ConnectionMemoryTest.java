package io.crossdock.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConnectionMemoryTest {

  private final List<LoopMemory> loops = new ArrayList<>();
  private final List<String> cutOff = new ArrayList<>();

  @Test
  void cutsOffAConnectionThatHoldsMoreThanItsShare() {
    ConnectionMemory greedy = connection("greedy", 100, loop(1_000));

    greedy.addRequestBytes(60);
    greedy.addAnswerBytes(40);
    assertThat(cutOff).isEmpty();
    greedy.unreadBytes(1);

    assertThat(cutOff).containsExactly("greedy");
  }

  @Test
  void countsAnswersOnTheirWayToTheNetworkOnce() {
    ConnectionMemory slow = connection("slow", 100, loop(1_000));

    slow.addAnswerBytes(80);
    slow.unsentBytes(90);
    assertThat(slow.held()).isEqualTo(90);
    slow.unsentBytes(101);

    assertThat(cutOff).containsExactly("slow");
  }

  @Test
  void cutsOffTheLargestOnceWhenAllTogetherHoldTooMuch() {
    LoopMemory loop = loop(100);
    ConnectionMemory large = connection("large", 1_000, loop);
    ConnectionMemory small = connection("small", 1_000, loop);

    large.addAnswerBytes(90);
    small.addRequestBytes(20);
    small.addRequestBytes(5);
    assertThat(cutOff).containsExactly("large");

    large.close();
    assertThat(loop.answerBytes()).isZero();
    small.addRequestBytes(80);
    assertThat(cutOff).containsExactly("large", "small");
  }

  @Test
  void letsALoopHoldMoreThanItsPartWhileTheOthersHoldLittle() {
    LoopMemory one = loop(100);
    LoopMemory other = loop(100);
    ConnectionMemory busy = connection("busy", 1_000, one);
    ConnectionMemory idle = connection("idle", 1_000, other);

    busy.addRequestBytes(90);
    idle.addRequestBytes(10);
    assertThat(cutOff).isEmpty();
    busy.addRequestBytes(1);

    assertThat(cutOff).containsExactly("busy");
  }

  @Test
  void givesEverythingBackWhenItCloses() {
    LoopMemory loop = loop(100);
    ConnectionMemory connection = connection("gone", 100, loop);

    connection.addRequestBytes(10);
    connection.unreadBytes(10);
    connection.addAnswerBytes(10);
    connection.close();
    connection.addRequestBytes(-10);

    assertThat(loop.requestBytes()).isZero();
    assertThat(loop.answerBytes()).isZero();
    assertThat(connection.held()).isZero();
  }

  private LoopMemory loop(long maxBytes) {
    LoopMemory loop = new LoopMemory(maxBytes, loops);
    loops.add(loop);
    return loop;
  }

  private ConnectionMemory connection(String name, long maxBytes, LoopMemory loop) {
    return new ConnectionMemory(loop, maxBytes, () -> cutOff.add(name));
  }
}
