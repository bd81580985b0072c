package io.crossdock.connector.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class AnswerMemoryTest {

  private final AnswerMemory memory = new AnswerMemory(100, 150);

  @Test
  void collectsAnAnswerAndGivesItsShareBack() {
    try (AnswerMemory.Share share = memory.share()) {
      assertThat(read(share, 40, 60).join()).hasSize(100);
      assertThat(memory.used()).isEqualTo(100);
    }

    assertThat(memory.used()).isZero();
  }

  @Test
  void refusesAnAnswerThatIsTooLarge() {
    try (AnswerMemory.Share share = memory.share()) {
      assertThatThrownBy(() -> read(share, 60, 41).join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(AnswerMemory.TooLargeException.class);
    }

    assertThat(memory.used()).isZero();
  }

  @Test
  void refusesAnAnswerWhenTheOthersFillTheMemory() {
    try (AnswerMemory.Share first = memory.share();
        AnswerMemory.Share second = memory.share()) {
      read(first, 100).join();

      assertThatThrownBy(() -> read(second, 51).join())
          .hasCauseInstanceOf(AnswerMemory.FullException.class);
      assertThat(read(second, 50).join()).hasSize(50);
    }

    assertThat(memory.used()).isZero();
  }

  @Test
  void takesNothingMoreForACallThatIsOver() {
    AnswerMemory.Share share = memory.share();
    share.close();

    assertThatThrownBy(() -> read(share, 1).join()).isInstanceOf(CompletionException.class);
    assertThat(memory.used()).isZero();
  }

  private static CompletableFuture<byte[]> read(AnswerMemory.Share share, int... chunks) {
    BodySubscriber<byte[]> body = share.collector().apply(null);
    body.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long count) {}

          @Override
          public void cancel() {}
        });
    for (int size : chunks) {
      body.onNext(List.of(ByteBuffer.allocate(size)));
    }
    body.onComplete();
    return body.getBody().toCompletableFuture();
  }
}
