package io.crossdock.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.grpc.Status;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FailuresTest {

  private static final Failure BUSY =
      Failure.of(Reason.REASON_BACKEND_BUSY, "Too many calls.").with("backend", "loyalty");

  @Test
  void readsWhatTheHubSaid() {
    assertThat(Failures.of(BUSY.toException())).isEqualTo(BUSY);
    assertThat(Failures.of(new FailureException(BUSY))).isEqualTo(BUSY);
  }

  @Test
  void looksBeneathTheExceptionsOfFutures() {
    assertThat(Failures.of(new ExecutionException(BUSY.toException()))).isEqualTo(BUSY);
  }

  @ParameterizedTest
  @EnumSource(value = Status.Code.class, names = "OK", mode = EnumSource.Mode.EXCLUDE)
  void hasAReasonForEveryStatusWithoutDetails(Status.Code code) {
    Failure failure = Failures.of(code.toStatus().withDescription("so it is").asRuntimeException());

    assertThat(failure.reason()).isNotEqualTo(Reason.REASON_UNSPECIFIED);
    assertThat(failure.message()).isNotEmpty();
  }

  @Test
  void tellsTheInnermostCauseOfALostConnection() {
    Status lost =
        Status.UNAVAILABLE
            .withDescription("io exception")
            .withCause(new IllegalStateException("channel", new RuntimeException("refused")));

    assertThat(Failures.of(lost.asRuntimeException()))
        .isEqualTo(Failure.of(Reason.REASON_HUB_UNAVAILABLE, "The hub cannot be reached: refused"));
  }
}
