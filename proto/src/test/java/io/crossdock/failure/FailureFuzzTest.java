package io.crossdock.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.crossdock.common.v1.Reason;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class FailureFuzzTest {

  // What a trailer may have on its way to a client, in bytes.
  private static final int MOST_BYTES = 6_000;

  private static final byte[] SAMPLE =
      Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract.")
          .with("event_id", "E-1")
          .withViolations(List.of(new Failure.Violation("lines[3].item_id", "string.len", "12")))
          .withRetryAfter(Duration.ofSeconds(3))
          .toStatusProto()
          .toByteArray();

  @Property
  void readsDetailsOfAnyBytes(@ForAll byte[] bytes) {
    read(bytes);
  }

  @Property
  void readsDetailsThatWereChangedOnTheirWay(
      @ForAll @Size(max = 6) List<Integer> places, @ForAll byte value) {
    byte[] changed = SAMPLE.clone();
    for (int place : places) {
      changed[Math.floorMod(place, changed.length)] = (byte) (value + place);
    }
    read(changed);
  }

  private static void read(byte[] bytes) {
    Status status;
    try {
      status = Status.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      return;
    }
    Failure.from(status)
        .ifPresent(failure -> {
          assertThat(failure.toStatusProto().getSerializedSize()).isLessThan(MOST_BYTES);
          assertThat(failure.retryAfter())
              .satisfiesAnyOf(
                  wait -> assertThat(wait).isNull(),
                  wait -> assertThat(wait).isBetween(Duration.ZERO, Failure.LONGEST_WAIT));
        });
  }
}
