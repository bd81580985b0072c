package io.crossdock.connector.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestIdsTest {

  private static final ByteString BODY = ByteString.copyFromUtf8("body");
  private static final Duration TTL = Duration.ofMinutes(1);

  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger done = new AtomicInteger();
  private final RequestIds ids = new RequestIds(2, 1 << 20, TTL, clock::get);

  private ByteString work() {
    return ByteString.copyFromUtf8("answer " + done.incrementAndGet());
  }

  @Test
  void doesTheWorkOncePerId() throws InterruptedException {
    ByteString first = ids.once("a", BODY, this::work);
    ByteString again = ids.once("a", BODY, this::work);
    ByteString other = ids.once("b", BODY, this::work);

    assertThat(again).isEqualTo(first);
    assertThat(other).isNotEqualTo(first);
  }

  @Test
  void refusesTheSameIdWithAnotherBody() throws InterruptedException {
    ids.once("a", BODY, this::work);

    assertThatThrownBy(() -> ids.once("a", ByteString.copyFromUtf8("other"), this::work))
        .hasMessageContaining("REQUEST_ID_REUSED");
    assertThat(done).hasValue(1);
  }

  @Test
  void remembersWhatTheBusinessRefused() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> ids.once("a", BODY, () -> fail(Reason.REASON_INSUFFICIENT)))
          .hasMessageContaining("INSUFFICIENT");
    }

    assertThat(done).hasValue(1);
  }

  @Test
  void triesAgainAfterWhatWasNotFinal() throws InterruptedException {
    assertThatThrownBy(() -> ids.once("a", BODY, () -> fail(Reason.REASON_BACKEND_UNAVAILABLE)))
        .isInstanceOf(FailureException.class);

    assertThat(ids.once("a", BODY, this::work).toStringUtf8()).isEqualTo("answer 2");
  }

  @Test
  void doesNotGiveAnIdToARequestThatTheBackendRefusesItTo() throws InterruptedException {
    ByteString other = ByteString.copyFromUtf8("other");
    assertThatThrownBy(() -> ids.once("a", other, () -> fail(Reason.REASON_REQUEST_ID_REUSED)))
        .isInstanceOf(FailureException.class);

    assertThat(ids.once("a", BODY, this::work).toStringUtf8()).isEqualTo("answer 2");
  }

  private ByteString fail(Reason reason) {
    done.incrementAndGet();
    throw new FailureException(reason, "no");
  }

  @Test
  void forgetsWhenTheTimeIsOver() throws InterruptedException {
    ids.once("a", BODY, this::work);

    clock.set(TTL.toNanos() - 1);
    ids.once("a", BODY, this::work);
    assertThat(done).hasValue(1);

    clock.set(TTL.toNanos());
    ids.once("a", BODY, this::work);
    assertThat(done).hasValue(2);
  }

  @Test
  void forgetsTheOldestWhenThereAreTooMany() throws InterruptedException {
    ids.once("a", BODY, this::work);
    ids.once("b", BODY, this::work);
    ids.once("c", BODY, this::work);

    ids.once("c", BODY, this::work);
    ids.once("b", BODY, this::work);
    assertThat(done).hasValue(3);

    ids.once("a", BODY, this::work);
    assertThat(done).hasValue(4);
  }

  @Test
  void joinsTheWorkThatIsStillRunning() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<ByteString> first =
          threads.submit(() ->
              ids.once(
                  "a",
                  BODY,
                  () -> {
                    begun.countDown();
                    goOn.await();
                    return work();
                  }));
      begun.await();
      Future<ByteString> second = threads.submit(() -> ids.once("a", BODY, this::work));
      goOn.countDown();

      assertThat(second.get()).isEqualTo(first.get());
      assertThat(done).hasValue(1);
    }
  }
}
