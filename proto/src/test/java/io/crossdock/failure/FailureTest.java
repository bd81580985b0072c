package io.crossdock.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.UnknownOutcome;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FailureTest {

  @Test
  void readsBackWhatItWrote() {
    Failure failure =
        Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract.")
            .with("call_id", "c-1")
            .withViolations(List.of(new Failure.Violation("lines", "repeated.max_items", "most")))
            .withPreconditions(List.of(new Failure.Precondition("POINTS", "member/M-1", "more")))
            .withRetryAfter(Duration.ofSeconds(2))
            .withUnknownOutcome(
                UnknownOutcome.newBuilder()
                    .setRequestId("0b4c8f0e-2f0e-4a51-9f0c-3f2c7f4f7c11")
                    .setLookUpMethod("crossdock.payment.v1.PaymentService/GetRefund")
                    .build());

    assertThat(Failure.from(failure.toProto())).contains(failure);
    assertThat(Failure.from(failure.toException())).contains(failure);
  }

  @Test
  void anUnknownOutcomeIsADetailOfItsOwn() {
    Failure failure =
        Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "Deadline exceeded.").withUnknownOutcome();

    assertThat(failure.toProto().getDetailsList())
        .extracting(Any::getTypeUrl)
        .containsExactly(
            "type.googleapis.com/google.rpc.ErrorInfo",
            "type.googleapis.com/crossdock.common.v1.UnknownOutcome");
    assertThat(failure.metadata()).isEmpty();
  }

  @Test
  void aKnownOutcomeIsNotOverwritten() {
    UnknownOutcome outcome = UnknownOutcome.newBuilder().setRequestId("r").build();
    Failure failure =
        Failure.of(Reason.REASON_INTERNAL, "Internal error.").withUnknownOutcome(outcome);

    assertThat(failure.withUnknownOutcome().unknownOutcome()).isEqualTo(outcome);
    assertThat(failure.with("a", "b").unknownOutcome()).isEqualTo(outcome);
  }

  @Test
  void theConnectorsCredentialsAreNotTheCallers() {
    assertThat(Failure.code(Reason.REASON_BACKEND_DENIED)).isEqualTo(Status.Code.UNAVAILABLE);
  }
}
