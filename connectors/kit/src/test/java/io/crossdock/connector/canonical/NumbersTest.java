package io.crossdock.connector.canonical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.failure.FailureException;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(5)
class NumbersTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1.5",
        "1E+10",
        "1e39",
        "0.1234567890123456789012345678901234567891",
        "9999999999999999999999999999999999999999"
      })
  void takesNumbersOfFortyDigits(String text) {
    assertThat(Numbers.parse(text)).contains(new BigDecimal(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "1e40",
        "1e-41",
        "1E+99999999",
        "0E+2147483647",
        "1e2147483648",
        "NaN",
        " 1",
        "0x1",
        "99999999999999999999999999999999999999999"
      })
  void refusesWhatIsNoNumberOrOutOfBounds(String text) {
    assertThat(Numbers.parse(text)).isEmpty();
  }

  @Test
  void doesNotReadMillionsOfDigits() {
    String nines = "9".repeat(3_900_000);

    assertThat(Numbers.parse(nines)).isEmpty();
    assertThatThrownBy(() ->
            Canonical.number(
                Quantity.newBuilder().setValue(Decimal.newBuilder().setValue(nines)).build(), "q"))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("RULE_VIOLATED");
  }

  @Test
  void refusesAnAmountOutOfBounds() {
    assertThatThrownBy(() -> Canonical.money(new BigDecimal("1E+99999999"), "EUR"))
        .isInstanceOf(FailureException.class);
  }

  @Test
  void refusesAMomentThatIsNone() {
    assertThatThrownBy(
            () -> Canonical.instant(Timestamp.newBuilder().setSeconds(253_402_300_800L).build()))
        .isInstanceOf(FailureException.class);
    assertThatThrownBy(
            () -> Canonical.instant(Timestamp.newBuilder().setSeconds(Long.MAX_VALUE).build()))
        .isInstanceOf(FailureException.class);
  }
}
