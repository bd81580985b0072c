package io.crossdock.ledger.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class PositionFuzzTest {

  @Property
  void refusesOrReadsAnyText(@ForAll String text, @ForAll long epoch) {
    read(text, epoch);
  }

  @Property
  void refusesOrReadsAnyBytes(@ForAll byte[] bytes, @ForAll long epoch) {
    read(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), epoch);
  }

  private static void read(String text, long epoch) {
    try {
      Position position = Position.parse(text, epoch);
      assertThat(Position.parse(position.text(epoch), epoch)).isEqualTo(position);
    } catch (FailureException e) {
      assertThat(e.failure().reason()).isEqualTo(Reason.REASON_POSITION_OUT_OF_RANGE);
    }
  }
}
