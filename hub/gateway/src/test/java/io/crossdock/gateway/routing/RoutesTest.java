package io.crossdock.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.config.v1.Route;
import io.crossdock.config.v1.RouteRule;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RoutesTest {

  private static final String INVENTORY = "crossdock.inventory.v1.InventoryService";
  private static final String LOYALTY = "crossdock.loyalty.v1.LoyaltyService";
  private static final Operation GET_AVAILABILITY =
      BuildContracts.operation("InventoryService/GetAvailability");

  @Test
  void sendsAServiceToItsConnector() {
    Routes routes = routes(Route.newBuilder().setService(INVENTORY).setConnector("erp-eu").build());

    assertThat(connector(routes, "US-001")).isEqualTo("erp-eu");
    assertThat(routes.target(LOYALTY)).isEmpty();
  }

  @Test
  void keepsAServiceInsideTheHub() {
    Routes routes = routes(Route.newBuilder().setService(INVENTORY).setLocal(true).build());

    assertThat(connector(routes, "EU-001")).isEqualTo(Routes.LOCAL);
  }

  @Test
  void takesTheFirstRuleThatApplies() {
    Routes routes =
        routes(
            ruled(
                rule("location == 'EU-001'", "pilot"),
                rule("location.startsWith('EU-')", "erp-eu"),
                rule("location.startsWith('US-')", "erp-us")));

    assertThat(connector(routes, "EU-001")).isEqualTo("pilot");
    assertThat(connector(routes, "EU-002")).isEqualTo("erp-eu");
    assertThat(connector(routes, "US-001")).isEqualTo("erp-us");
  }

  @Test
  void decidesTheSameWhenAskedAgain() {
    Routes routes = routes(ruled(rule("location.startsWith('EU-')", "erp-eu"), rule("", "erp-us")));

    for (int round = 0; round < 3; round++) {
      assertThat(connector(routes, "EU-001")).isEqualTo("erp-eu");
      assertThat(connector(routes, "AP-001")).isEqualTo("erp-us");
    }
  }

  @Test
  void servesNothingThatNoRuleCovers() {
    Routes routes = routes(ruled(rule("location.startsWith('EU-')", "erp-eu")));

    assertThat(connector(routes, "US-001")).isEmpty();
    assertThat(connector(routes, "")).isEmpty();
  }

  @Test
  void remembersABoundedNumberOfDecisions() {
    Routes.Ruled target = ruledTarget();

    for (int i = 0; i < 6_000; i++) {
      assertThat(target.connector(GET_AVAILABILITY, GET_AVAILABILITY.read(request("EU-" + i))))
          .isEqualTo("erp-eu");
    }

    assertThat(target.cached()).isBetween(1L, 4096L);
  }

  @Test
  void remembersNoDecisionAboutVeryLongValues() {
    Routes.Ruled target = ruledTarget();

    for (int i = 0; i < 100; i++) {
      String location = "EU-" + i + "x".repeat(3_000);
      assertThat(target.connector(GET_AVAILABILITY, GET_AVAILABILITY.read(request(location))))
          .isEqualTo("erp-eu");
    }

    assertThat(target.cached()).isZero();
  }

  @Test
  void refusesAServiceThatNoContractKnows() {
    assertThatThrownBy(
            () -> routes(Route.newBuilder().setService("shop.v1.Things").setConnector("x").build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("service: shop.v1.Things (expected: a known contract)");
  }

  @Test
  void refusesARuleOverAnAttributeThatNoRequestCarries() {
    assertThatThrownBy(() -> routes(ruled(rule("company == 'ACME'", "erp-eu"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("company")
        .hasMessageContaining("location");
  }

  private static Routes.Ruled ruledTarget() {
    Routes routes = routes(ruled(rule("location.startsWith('EU-')", "erp-eu")));
    return (Routes.Ruled) routes.target(INVENTORY).orElseThrow();
  }

  private static Routes routes(Route... routes) {
    return Routes.compile(List.of(routes), BuildContracts.ALL);
  }

  private static Route ruled(RouteRule... rules) {
    return Route.newBuilder().setService(INVENTORY).addAllRules(List.of(rules)).build();
  }

  private static RouteRule rule(String when, String connector) {
    return RouteRule.newBuilder().setWhen(when).setConnector(connector).build();
  }

  private static String connector(Routes routes, String location) {
    return routes
        .target(INVENTORY)
        .orElseThrow()
        .connector(GET_AVAILABILITY, GET_AVAILABILITY.read(request(location)));
  }

  private static byte[] request(String location) {
    return GetAvailabilityRequest.newBuilder().setLocationId(location).build().toByteArray();
  }
}
