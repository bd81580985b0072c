package io.crossdock.connector.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.FailureException;
import io.crossdock.product.v1.ScanData;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScanCodeTest {

  @Test
  void readsADigitalLink() {
    ScanData data =
        ScanCode.read(
            "https://shop.example/p/01/9506000134352/10/L26%2F311/21/S1?17=261200&3103=000750");

    assertThat(data.getGtin()).isEqualTo("09506000134352");
    assertThat(data.getLotId()).isEqualTo("L26/311");
    assertThat(data.getSerial()).isEqualTo("S1");
    assertThat(data.getExpiresOn()).isEqualTo(Canonical.date(LocalDate.of(2026, 12, 31)));
    assertThat(data.getMeasure().getValue().getValue()).isEqualTo("0.75");
    assertThat(data.getMeasure().getUnitCode()).isEqualTo("KGM");
  }

  @Test
  void readsAnElementString() {
    ScanData data = ScanCode.read("(01)09506000134352(3202)001250(3932)978349");

    assertThat(data.getGtin()).isEqualTo("09506000134352");
    assertThat(data.getMeasure().getValue().getValue()).isEqualTo("12.5");
    assertThat(data.getMeasure().getUnitCode()).isEqualTo("LBR");
    assertThat(data.getPrice()).isEqualTo(Canonical.money(new java.math.BigDecimal("3.49"), "EUR"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2112345005991", "(10)L1", "https://shop.example/jackets/red", "(01)x"})
  void saysThatACodeHoldsNoNumber(String scan) {
    assertThatThrownBy(() -> ScanCode.read(scan))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().reason()).isEqualTo(Reason.REASON_NOT_SUPPORTED));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(01)09506000134352(17)269999",
        "(01)09506000134352(3103)x",
        "https://shop.example/01/09506000134352/10/%zz"
      })
  void refusesWhatItCannotRead(String scan) {
    assertThatThrownBy(() -> ScanCode.read(scan))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().reason()).isEqualTo(Reason.REASON_RULE_VIOLATED));
  }
}
