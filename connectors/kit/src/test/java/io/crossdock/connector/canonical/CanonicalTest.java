package io.crossdock.connector.canonical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "12.34", "-12.34", "-0.01", "0.000000001", "-999999999999.999999999"})
  void keepsEveryDigitOfMoney(String amount) {
    BigDecimal number = new BigDecimal(amount);

    assertThat(Canonical.amount(Canonical.money(number, "EUR"))).isEqualByComparingTo(number);
  }

  @Test
  void refusesMoneyThatWouldLoseADigit() {
    assertThatThrownBy(() -> Canonical.money(new BigDecimal("0.0000000001"), "EUR"))
        .hasMessageContaining("BACKEND_ANSWER_INVALID");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000000000000", "-1e12", "0.0000000001", "1E+40", "1e-2147483647"})
  void refusesWhatNoContractAllows(String number) {
    assertThatThrownBy(() -> Canonical.money(new BigDecimal(number), "EUR"))
        .hasMessageContaining("BACKEND_ANSWER_INVALID");
    assertThatThrownBy(() -> Canonical.quantity(new BigDecimal(number), "C62"))
        .hasMessageContaining("BACKEND_ANSWER_INVALID");
  }

  @ParameterizedTest
  @ValueSource(strings = {"999999999999", "-0.000000001", "1E+11", "0.1000000000000", "0E-30"})
  void makesAQuantityOfWhatTheContractsAllow(String number) {
    Quantity quantity = Canonical.quantity(new BigDecimal(number), "C62");

    assertThat(new BigDecimal(quantity.getValue().getValue()))
        .isEqualByComparingTo(new BigDecimal(number));
  }

  @Test
  void writesDecimalsWithoutExponentAndEmptyZeros() {
    assertThat(Canonical.plain(new BigDecimal("24.000"))).isEqualTo("24");
    assertThat(Canonical.plain(new BigDecimal("0.750"))).isEqualTo("0.75");
    assertThat(Canonical.plain(new BigDecimal("1E+3"))).isEqualTo("1000");
    assertThat(Canonical.plain(new BigDecimal("0.000"))).isEqualTo("0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "1,5", "1e999999999", "NaN"})
  void refusesAQuantityThatIsNoNumber(String text) {
    Quantity quantity = Quantity.newBuilder().setValue(Decimal.newBuilder().setValue(text)).build();

    assertThatThrownBy(() -> Canonical.number(quantity, "delta"))
        .hasMessageContaining("RULE_VIOLATED");
  }

  @Test
  void refusesADayThatTheCalendarDoesNotHave() {
    Date date = Date.newBuilder().setYear(2026).setMonth(2).setDay(30).build();

    assertThatThrownBy(() -> Canonical.day(date, "birth_date"))
        .hasMessageContaining("RULE_VIOLATED");
  }
}
