package io.crossdock.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.failure.Failure;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class FailureMessagesTest {

  private static final FailureMessages MESSAGES =
      new FailureMessages(
          "The loyalty system",
          "sell without points",
          "There is no member M-9.",
          "M 9 is not a member number.");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NOT_FOUND | 1 | There is no member M-9.",
        "RULE_VIOLATED | 2 | M 9 is not a member number.",
        "HUB_UNAVAILABLE | 3 | The hub at till-hub:7070 does not answer. Try again, or sell without points.",
        "BACKEND_UNAVAILABLE | 3 | The loyalty system does not answer. Try again, or sell without points.",
        "CONNECTOR_UNAVAILABLE | 3 | The loyalty system does not answer. Try again, or sell without points.",
        "BACKEND_BUSY | 3 | The loyalty system is busy. Try again, or sell without points.",
        "DEADLINE_EXCEEDED | 4 | The loyalty system did not answer in time. Try again, or sell without points.",
        "MESSAGE_TOO_LARGE | 5 | The answer is too large for this program.",
        "METHOD_NOT_SERVED | 5 | The hub at till-hub:7070 cannot do this.",
        "ACCOUNT_NOT_ACTIVE | 5 | as the hub said",
        "INTERNAL | 5 | Something went wrong. If it happens again, contact support and quote this trace ID: 4bf9"
      })
  void saysWhatToDoNext(String reason, int exit, String sentence) {
    Failure failure = Failure.of(Reason.valueOf("REASON_" + reason), "as the hub said");

    assertThat(MESSAGES.about(failure, "till-hub:7070", "4bf9")).isEqualTo(sentence);
    assertThat(ExitCode.of(failure).code()).isEqualTo(exit);
  }

  @Test
  void saysWhenToComeBackRoundedUp() {
    Failure busy =
        Failure.of(Reason.REASON_BACKEND_BUSY, "Too many calls.")
            .withRetryAfter(Duration.ofMillis(1200));

    assertThat(MESSAGES.about(busy, "till-hub:7070", "4bf9"))
        .isEqualTo("The loyalty system is busy. Try again in 2 s, or sell without points.");
  }

  @Test
  void namesTheRequestOfAChangeThatMayHaveBeenMade() {
    Failure late = Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "Too late.");
    UnknownOutcome outcome =
        UnknownOutcome.newBuilder().setRequestId("0b4c8f0e").setLookUpMethod("a.B/Get").build();

    assertThat(FailureMessages.unknownOutcome(late)).isEmpty();
    assertThat(FailureMessages.unknownOutcome(late.withUnknownOutcome(outcome)))
        .containsExactly(
            "The outcome is unknown: the change may have been made.",
            "request id 0b4c8f0e",
            "look it up with a.B/Get");
    assertThat(FailureMessages.unknownOutcome(late.withUnknownOutcome()))
        .containsExactly(
            "The outcome is unknown: the change may have been made.",
            "Check whether the change is there before you repeat it.");
    assertThat(
            ProtoJson.of(late.withUnknownOutcome(outcome), ExitCode.of(late), "Try again.")
                .getAsJsonObject("error")
                .getAsJsonObject("unknown_outcome")
                .get("request_id")
                .getAsString())
        .isEqualTo("0b4c8f0e");
  }

  @ParameterizedTest
  @EnumSource(value = Reason.class, names = "UNRECOGNIZED", mode = EnumSource.Mode.EXCLUDE)
  void hasASentenceForEveryReason(Reason reason) {
    Failure failure = Failure.of(reason, "as the hub said");

    assertThat(MESSAGES.about(failure, "till-hub:7070", "4bf9")).isNotBlank();
    assertThat(ExitCode.of(failure)).isNotEqualTo(ExitCode.OK);
  }
}
