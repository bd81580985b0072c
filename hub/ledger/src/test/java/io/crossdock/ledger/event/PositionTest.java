package io.crossdock.ledger.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.policy.v1.Lane;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

  @Property
  void isReadBackAsItWasWritten(
      @ForAll @LongRange(min = 0) long financial,
      @ForAll @LongRange(min = 0) long business,
      @ForAll @LongRange(min = 0) long stock,
      @ForAll long epoch) {
    Position position =
        Position.at(
            Map.of(
                Lane.LANE_FINANCIAL,
                financial,
                Lane.LANE_BUSINESS,
                business,
                Lane.LANE_STOCK,
                stock));

    assertThat(Position.parse(position.text(epoch), epoch)).isEqualTo(position);
    assertThat(Position.parse(Position.at(stock).text(epoch), epoch)).isEqualTo(Position.at(stock));
    assertThat(position.text(epoch)).matches("[A-Za-z0-9_-]{12,64}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "not a position",
        "AgAAAAAAAA",
        "AwAAAAAAAAAAAAAAAAAAAAAA",
        "AgAAAAAAAAAH__________8"
      })
  void whatTheHubDidNotGiveIsRefused(String text) {
    FailureException refusal =
        catchThrowableOfType(FailureException.class, () -> Position.parse(text, 7));

    assertThat(refusal.failure().reason()).isEqualTo(Reason.REASON_POSITION_OUT_OF_RANGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AQAAAAAAAAAJ", "AgAAAAAAAAAIAAAAAAAAAAk"})
  void aPositionOfAnotherEpochIsRefusedWithWhatToDo(String text) {
    FailureException refusal =
        catchThrowableOfType(FailureException.class, () -> Position.parse(text, 7));

    assertThat(refusal.failure().reason()).isEqualTo(Reason.REASON_POSITION_OUT_OF_RANGE);
    assertThat(refusal.failure().message())
        .contains("before the ledger was restored", "from the beginning");
  }
}
