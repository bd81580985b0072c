package io.crossdock.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.finance.v1.PostEntryRequest;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.grpc.MethodDescriptor.MethodType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OperationTest {

  private static final String KEY =
      OwnContract.field(
          "id", 1, "type: TYPE_STRING options { [crossdock.policy.v1.field] { cache_key: true } }");
  private static final String FRESHNESS =
      OwnContract.field(
              "freshness", 15, "type: TYPE_MESSAGE type_name: '.crossdock.common.v1.Freshness'")
          + OwnContract.field(
              "hub_freshness",
              16,
              "type: TYPE_MESSAGE type_name: '.crossdock.common.v1.HubFreshness'");
  private static final String CACHED =
      "idempotency: IDEMPOTENCY_SAFE cache { ttl_ms: 1000 tags: 'thing/{id}' }";

  @Test
  void compilesEveryContractOfTheBuild() {
    assertThat(BuildContracts.ALL.services()).hasSizeGreaterThan(10);
  }

  @Test
  void readsWhatTheContractSays() {
    Operation operation = BuildContracts.operation("InventoryService/GetAvailability");
    byte[] request =
        GetAvailabilityRequest.newBuilder()
            .setItemId("SKU-1001")
            .setLocationId("EU-001")
            .build()
            .toByteArray();

    assertThat(operation.name())
        .isEqualTo("crossdock.inventory.v1.InventoryService/GetAvailability");
    assertThat(operation.type()).isEqualTo(MethodType.UNARY);
    assertThat(operation.isRead()).isTrue();
    assertThat(operation.isCached()).isTrue();
    assertThat(operation.timeToLive()).isPositive();
    assertThat(operation.stampsFreshness()).isTrue();
    assertThat(operation.routingAttributes()).containsExactly("location");
    assertThat(operation.routingAttribute("location", operation.read(request))).isEqualTo("EU-001");
    assertThat(operation.routingAttribute("brand", operation.read(request))).isEmpty();
    assertThat(operation.tags(operation.read(request)))
        .containsExactly("stock/EU-001/SKU-1001", "stock/EU-001");
  }

  @Test
  void cachesAContractThatIsNotOfTheBuild() {
    Operation operation =
        OwnContract.compiled(OwnContract.file("shop.v1.Things", CACHED, KEY, FRESHNESS));

    assertThat(operation.isCached()).isTrue();
    assertThat(operation.timeToLive()).isEqualTo(Duration.ofSeconds(1));
    assertThat(operation.tags(operation.read(new byte[] {0x0a, 1, 'A'})))
        .containsExactly("thing/A");
  }

  @Test
  void refusesACacheThatCannotWork() {
    refuses("cache { ttl_ms: 1000 }", KEY, FRESHNESS, "cache: idempotency");
    refuses(CACHED.replace("1000", "0"), KEY, FRESHNESS, "cache.ttl_ms: 0 (expected: 1 or more)");
    refuses(
        CACHED.replace("tags: 'thing/{id}'", ""),
        OwnContract.field("id", 1, "type: TYPE_STRING"),
        FRESHNESS,
        "cache: no key (expected: a request field with cache_key)");
    refuses(
        CACHED.replace("{id}", "{other}"),
        KEY + OwnContract.field("other", 2, "type: TYPE_STRING"),
        FRESHNESS,
        "cache.tags: a field outside the cache key");
    refuses(CACHED, KEY, "", "cache: response without fields 15 and 16");
    refuses(
        CACHED,
        KEY,
        OwnContract.field("freshness", 15, "type: TYPE_STRING"),
        "cache: response without fields 15 and 16");
  }

  @Test
  void refusesOneFieldOfFreshnessWithoutTheOther() {
    String because = "response with one of fields 15 and 16 (expected: both";

    refuses("", KEY, FRESHNESS.substring(0, FRESHNESS.indexOf("\n")), because);
    refuses("", KEY, FRESHNESS.substring(FRESHNESS.indexOf("\n")), because);
  }

  @Test
  void refusesToCacheWhatMustNotBeStored() {
    String card =
        OwnContract.field(
            "card",
            2,
            "type: TYPE_STRING options { [crossdock.policy.v1.field] { data_class:"
                + " DATA_CLASS_SENSITIVE } }");

    refuses(CACHED, KEY, FRESHNESS + card, "cache: card is sensitive");
    refuses(CACHED, KEY + card, FRESHNESS, "cache: card is sensitive");
  }

  @Test
  void refusesTagsThatCannotBeRendered() {
    refuses("invalidates: 'thing/{id'", KEY, "", "tag: thing/{id (expected: a closing brace)");
    refuses("invalidates: 'thing/{name}'", KEY, "", "name: no field name");
    refuses("invalidates: 'thing/{response.name}'", KEY, "", "name: no field name");
    String lists = list("ids", 1) + list("more", 2);
    refuses(
        "invalidates: 'thing/{ids}/{more}'",
        lists,
        "",
        "tag: thing/{ids}/{more}: fields of several lists (expected: of one list)");
    refuses(
        CACHED.replace("{id}", "{ids}"),
        KEY + list("ids", 2),
        FRESHNESS,
        "cache.tags: a field inside of a list");
  }

  private static String list(String name, int number) {
    return OwnContract.field(name, number, "type: TYPE_STRING")
        .replace("LABEL_OPTIONAL", "LABEL_REPEATED");
  }

  @Test
  void refusesARoutingAttributeThatIsNoText() {
    String number =
        OwnContract.field(
            "store",
            1,
            "type: TYPE_INT32 options { [crossdock.policy.v1.field] { routing_attribute: 'store' }"
                + " }");

    refuses("", number, "", "store.routing_attribute: INT32 (expected: one string)");
  }

  private static void refuses(
      String methodPolicy, String requestFields, String responseFields, String because) {
    assertThatThrownBy(() ->
            OwnContract.compiled(
                OwnContract.file("shop.v1.Things", methodPolicy, requestFields, responseFields)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("shop.v1.Things.Ask: ")
        .hasMessageContaining(because);
  }

  @Test
  void knowsWhatACallerOfAWriteNeedsToKnow() {
    Operation write = BuildContracts.operation("FinanceService/PostEntry");
    byte[] request =
        PostEntryRequest.newBuilder()
            .setContext(CommandContext.newBuilder().setRequestId("4711"))
            .build()
            .toByteArray();

    assertThat(write.isWrite()).isTrue();
    assertThat(write.unknownOutcome(write.read(request)))
        .isEqualTo(
            UnknownOutcome.newBuilder()
                .setRequestId("4711")
                .setLookUpMethod("crossdock.finance.v1.FinanceService/GetPosting")
                .build());
    assertThat(BuildContracts.operation("FinanceService/GetPosting").isWrite()).isFalse();
  }
}
