package io.crossdock.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure.Precondition;
import io.crossdock.failure.Failure.Violation;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailureLimitsTest {

  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  // What gRPC clients and proxies take by default is 8,192, with all other headers.
  private static final int MOST_ENCODED = 7_500;

  private static final Violation VIOLATION =
      new Violation("lines[9999].quantity.value", "string.pattern", "must match the pattern");

  @Test
  void countsTheViolationsThatItLeavesOut() {
    Failure failure = broken().withViolations(Collections.nCopies(50_000, VIOLATION));

    Failure travelled = travel(failure);

    assertThat(travelled.violations()).hasSize(Failure.MOST_DETAILS).containsOnly(VIOLATION);
    assertThat(travelled.metadata()).containsEntry("more_violations", "49980");
  }

  @Test
  void leavesAFailureThatFitsAsItIs() {
    Failure failure = broken().with("event_id", "E-1").withViolations(List.of(VIOLATION));

    assertThat(travel(failure)).isEqualTo(failure);
  }

  @Test
  void fitsIntoTheHeadersOfEveryClientWhateverItSays() {
    String endless = "é€😀".repeat(100_000);
    Failure failure =
        Failure.of(Reason.REASON_INVALID_STATE, endless)
            .with(endless, endless)
            .withViolations(Collections.nCopies(500, new Violation(endless, endless, endless)))
            .withPreconditions(
                Collections.nCopies(500, new Precondition(endless, endless, endless)));

    assertThat(encoded(failure)).isLessThan(MOST_ENCODED);
    assertThat(travel(failure).metadata()).containsKeys("more_violations", "more_preconditions");
  }

  @Test
  void addsUpWhatTwoProcessesLeftOut() {
    Failure failure =
        broken().with("more_violations", "30").withViolations(Collections.nCopies(25, VIOLATION));

    assertThat(travel(failure).metadata()).containsEntry("more_violations", "35");
  }

  @Test
  void boundsWhenToComeBack() {
    Failure ages = broken().withRetryAfter(Duration.ofSeconds(Long.MAX_VALUE));

    assertThat(ages.retryAfter()).isEqualTo(Duration.ofDays(1));
    assertThat(travel(ages)).isEqualTo(ages);
    assertThat(broken().withRetryAfter(Duration.ofSeconds(-5)).retryAfter())
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void ignoresADelayThatNoClockKnows() {
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.UNAVAILABLE.value())
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(Failure.DOMAIN)
                        .setReason("RULE_VIOLATED")
                        .build()))
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(
                            com.google.protobuf.Duration.newBuilder().setSeconds(Long.MAX_VALUE))
                        .build()))
            .build();

    assertThat(Failure.from(status).orElseThrow().retryAfter()).isNull();
  }

  private static Failure broken() {
    return Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract.");
  }

  private static Failure travel(Failure failure) {
    return Failure.from(failure.toProto()).orElseThrow();
  }

  // Base64 of the details, and the message in percent encoding at its worst.
  private static int encoded(Failure failure) {
    byte[] details = failure.toTrailers().get(DETAILS);
    byte[] message =
        String.valueOf(failure.toStatus().getDescription())
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return (details.length + 2) / 3 * 4 + 3 * message.length;
  }
}
