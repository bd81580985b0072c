package io.crossdock.pos;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.loyalty.v1.Points;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TillFormatTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0 | 0 points", "1 | 1 point", "12480 | 12,480 points", "-500 | -500 points"})
  void showsPoints(long points, String text) {
    assertThat(TillFormat.points(Points.newBuilder().setUnits(points).build())).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "EUR | 124 | 800000000 | 124.80 EUR",
        "EUR | 1234567 | 0 | 1,234,567.00 EUR",
        "EUR | 0 | 5000000 | 0.005 EUR",
        "EUR | -1 | -750000000 | -1.75 EUR",
        "JPY | 1500 | 0 | 1,500 JPY",
        "KWD | 1 | 500000000 | 1.500 KWD",
        "XYZ | 2 | 0 | 2.00 XYZ"
      })
  void showsMoneyWithThePlacesOfItsCurrency(String code, long units, int nanos, String text) {
    assertThat(
            TillFormat.money(
                Money.newBuilder().setCurrencyCode(code).setUnits(units).setNanos(nanos).build()))
        .isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "24.000 | C62 | 24 pieces",
        "1 | '' | 1 piece",
        "1200 | C62 | 1,200 pieces",
        "0 | C62 | 0 pieces",
        "-3 | C62 | -3 pieces",
        "1.5 | C62 | 1.5 pieces",
        "0.750 | KGM | 0.750 kg",
        "12.000 | KGM | 12.000 kg",
        "2 | PR | 2 pairs",
        "7 | ZZ9 | 7 ZZ9",
        "1E+3 | C62 | 1,000 pieces",
        "many | C62 | not a number: many"
      })
  void showsQuantitiesInTheirUnit(String value, String unit, String text) {
    assertThat(
            TillFormat.quantity(
                Quantity.newBuilder()
                    .setValue(Decimal.newBuilder().setValue(value))
                    .setUnitCode(unit)
                    .build()))
        .isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MODE_LIVE | -1 | live from erp-eu",
        "MODE_LIVE | 60000 | live from erp-eu, 60 s old",
        "MODE_CACHED | 300 | cached, less than 1 s old",
        "MODE_CACHED | 4200 | cached, 4 s old",
        "MODE_STALE | 240000 | stale, 4 min old",
        "MODE_OFFLINE | 0 | authorised offline, to be settled later",
        "MODE_UNSPECIFIED | 0 | of unknown age"
      })
  void showsHowOldAnAnswerIs(Freshness.Mode mode, long millis, String text) {
    Freshness source = Freshness.newBuilder().setSourceSystem("erp-eu").build();
    HubFreshness.Builder hub = HubFreshness.newBuilder().setMode(mode);
    if (millis >= 0) {
      hub.setAge(Durations.fromMillis(millis));
    }

    assertThat(TillFormat.freshness(source, hub.build())).isEqualTo(text);
  }
}
