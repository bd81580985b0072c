package io.crossdock.connector.loyalty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.failure.FailureException;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.Points;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

final class LoyaltyMapperTest {

  @Test
  void keepsFractionsOfPoints() {
    Balance balance = LoyaltyMapper.balance(BackendData.of(balance("12.75", "-0.5")));

    assertThat(balance.getBalances(0).getAvailable()).isEqualTo(points(12, 750_000_000));
    assertThat(balance.getBalances(0).getPending()).isEqualTo(points(0, -500_000_000));
  }

  @Test
  void refusesMoreDecimalsThanPointsHave() {
    BackendData data = BackendData.of(balance("0.0000000001", "0"));

    assertThatThrownBy(() -> LoyaltyMapper.balance(data))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("available");
  }

  @Test
  void writesPointsAsTheyWereRead() {
    assertThat(LoyaltyMapper.number(points(12, 750_000_000))).isEqualByComparingTo("12.75");
    assertThat(LoyaltyMapper.number(points(-1, -250_000_000))).isEqualByComparingTo("-1.25");
  }

  private static ObjectNode balance(String available, String pending) {
    return BackendJson.object()
        .put("member_id", "M-1001")
        .put("status", "active")
        .put("available", new BigDecimal(available))
        .put("pending", new BigDecimal(pending))
        .put("reserved", 0);
  }

  private static Points points(long units, int nanos) {
    return Points.newBuilder().setCurrencyCode("POINTS").setUnits(units).setNanos(nanos).build();
  }
}
