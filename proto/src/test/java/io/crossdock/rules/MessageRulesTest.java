package io.crossdock.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Date;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.ReplayRequest;
import io.crossdock.failure.Failure.Violation;
import io.crossdock.inventory.v1.BatchGetAvailabilityRequest;
import io.crossdock.inventory.v1.ReserveRequest;
import io.crossdock.order.v1.ShipGroup;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MessageRulesTest {

  private static final String REQUEST_ID = "0b4c8f0e-2f0e-4a51-9f0c-3f2c7f4f7c11";

  private static final MessageRules RULES = new MessageRules();

  @ParameterizedTest
  @ValueSource(strings = {"0", "2", "-1.5", "0.750", "999999999999.999999999", "007"})
  void acceptsADecimal(String value) {
    assertThat(broken(quantity(value))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1e3",
        "1E+99999999",
        "+1",
        "1.",
        ".5",
        "0x10",
        "NaN",
        "1,5",
        " 1",
        "1\n",
        "1000000000000",
        "0.0000000001",
        "\u0661"
      })
  void refusesWhatIsNoDecimalOfBoundedLength(String value) {
    assertThat(broken(quantity(value))).isNotEmpty();
  }

  @Test
  void refusesMillionsOfDigitsWithoutReadingThem() {
    assertThat(broken(quantity("9".repeat(3_900_000)))).contains("string.max_len");
  }

  @Test
  void refusesAUnitThatIsNoCode() {
    assertThat(broken(quantity("1").toBuilder().setUnitCode("KGM").build())).isEmpty();
    assertThat(broken(quantity("1").toBuilder().setUnitCode("k").build())).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "3, 250000000",
    "-3, -250000000",
    "0, -1",
    "-1, 0",
    "0, 0",
    "999999999999, 999999999"
  })
  void acceptsMoney(long units, int nanos) {
    assertThat(broken(money("EUR", units, nanos))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "EUR, 3, -1, money.signs_agree",
    "EUR, -3, 1, money.signs_agree",
    "EUR, 1000000000000, 0, int64.gte_lte",
    "EUR, 1, 1000000000, int32.gte_lte",
    "eur, 1, 0, string.pattern",
    "EURO, 1, 0, string.pattern",
    "'', 1, 0, string.pattern"
  })
  void refusesMoneyThatCannotBe(String currency, long units, int nanos, String rule) {
    assertThat(broken(money(currency, units, nanos))).contains(rule);
  }

  @ParameterizedTest
  @CsvSource({"2026-11-30", "2024-02-29", "2000-02-29", "1931-01-31", "9999-12-31"})
  void acceptsADay(String day) {
    assertThat(broken(date(day))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-31",
    "2026-02-29",
    "2100-02-29",
    "2026-02-30",
    "2026-13-01",
    "2026-00-01",
    "2026-01-00",
    "2026-01-32",
    "0-11-21",
    "10000-01-01"
  })
  void refusesADayThatIsNotInTheCalendar(String day) {
    assertThat(broken(date(day))).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1795000000, 999999999", "253402300799, 999999999"})
  void acceptsAMoment(long seconds, int nanos) {
    assertThat(broken(at(seconds, nanos))).isEmpty();
  }

  // The year 10000 stopped a lane for good; the largest numbers make CEL itself fail.
  @ParameterizedTest
  @CsvSource({
    "253402300800, 0",
    "-1, 0",
    "1, -1",
    "1, 1000000000",
    "9223372036854775807, 0",
    "-9223372036854775808, 2147483647"
  })
  void refusesAMomentThatNoCalendarHas(long seconds, int nanos) {
    assertThat(RULES.check(at(seconds, nanos)))
        .extracting(Violation::rule, Violation::field)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("timestamp.range", "recorded_from"));
  }

  @Test
  void refusesAMomentInsideAListedMessage() {
    EventEnvelope event =
        envelope().toBuilder().setOccurredAt(Timestamp.newBuilder().setSeconds(-5)).build();

    assertThat(RULES.check(publish(envelope(), event)))
        .extracting(Violation::field)
        .containsExactly("events[1].occurred_at");
  }

  @ParameterizedTest
  @CsvSource({
    "1, -1",
    "-1, 1",
    "315576000001, 0",
    "-9223372036854775808, 0",
    "1, -2147483648",
    "0, 1000000000"
  })
  void refusesASpanThatProtobufDoesNotAllow(long seconds, int nanos) {
    ShipGroup group =
        ShipGroup.newBuilder()
            .setShipGroupId("G1")
            .setMethod(ShipGroup.Method.METHOD_PICKUP)
            .setPickupWindow(Duration.newBuilder().setSeconds(seconds).setNanos(nanos))
            .build();

    assertThat(broken(group)).containsExactly("duration.range");
  }

  @Test
  void refusesAListThatIsTooLongBeforeItLooksIntoIt() {
    PublishRequest.Builder request = publish().toBuilder();
    for (int i = 0; i < 501; i++) {
      request.addEvents(EventEnvelope.getDefaultInstance());
    }

    assertThat(broken(request.build())).containsExactly("repeated.max_items");
  }

  @Test
  void namesOnlySomeOfManyFaults() {
    PublishRequest.Builder request = publish().toBuilder();
    for (int i = 0; i < 400; i++) {
      request.addEvents(
          envelope().toBuilder().setOccurredAt(Timestamp.newBuilder().setSeconds(-1)));
    }

    assertThat(broken(request.build())).hasSize(MessageRules.MAX_VIOLATIONS);
  }

  // What follows the entry that is too many is no message, and was not looked at.
  @Test
  void countsTheEntriesOfALargeMessageBeforeItIsParsed() throws Exception {
    byte[] items =
        ByteString.copyFrom(items(MessageRules.LARGE_BYTES, ""))
            .concat(ByteString.copyFrom(new byte[] {18, 127}))
            .toByteArray();

    assertThat(RULES.check(BatchGetAvailabilityRequest.getDescriptor(), items))
        .extracting(Violation::field, Violation::rule)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("item_ids", "repeated.max_items"));
  }

  @Test
  void measuresTheTextsOfALargeMessageBeforeItIsParsed() throws Exception {
    ReserveRequest.Builder request = ReserveRequest.newBuilder();
    request.addLinesBuilder().setLineId("1");
    request.addLinesBuilder().setQuantity(quantity("9".repeat(3_900_000)));
    byte[] broken =
        request.build().toByteString().concat(ByteString.copyFrom(new byte[] {18})).toByteArray();

    assertThat(RULES.check(ReserveRequest.getDescriptor(), broken))
        .extracting(Violation::field, Violation::rule)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("lines[1].quantity.value.value", "string.max_len"));
  }

  @Test
  void namesTheFirstViolationOfALargeMessage() throws Exception {
    byte[] ids = items(100, "no id ".repeat(20));

    assertThat(ids).hasSizeGreaterThan(MessageRules.LARGE_BYTES);
    assertThat(RULES.check(BatchGetAvailabilityRequest.getDescriptor(), ids)).hasSize(1);
    assertThat(RULES.check(BatchGetAvailabilityRequest.parseFrom(ids))).hasSize(1);
  }

  @Test
  void letsALargeMessagePassThatKeepsItsRules() throws Exception {
    byte[] ids = items(100, "X".repeat(62));
    byte[] more = items(10_000, "X".repeat(62));

    assertThat(RULES.check(BatchGetAvailabilityRequest.getDescriptor(), items(100, "")))
        .isNotEmpty();
    assertThat(RULES.check(BatchGetAvailabilityRequest.getDescriptor(), ids)).isEmpty();
    assertThat(RULES.check(BatchGetAvailabilityRequest.getDescriptor(), more)).isNotEmpty();
  }

  @Test
  void refusesALargeMessageThatIsNone() {
    byte[] garbage = new byte[MessageRules.LARGE_BYTES + 1];

    assertThatThrownBy(() -> RULES.check(ReserveRequest.getDescriptor(), garbage))
        .isInstanceOf(InvalidProtocolBufferException.class);
  }

  private static byte[] items(int count, String id) {
    BatchGetAvailabilityRequest.Builder request =
        BatchGetAvailabilityRequest.newBuilder().setLocationId("EU-001");
    for (int i = 0; i < count; i++) {
      request.addItemIds(id.isEmpty() ? "" : id + i);
    }
    return request.build().toByteArray();
  }

  @Test
  void refusesTwoEntriesThatMustDiffer() {
    EventEnvelope event = envelope();

    assertThat(broken(publish(event, envelope()))).isEmpty();
    assertThat(RULES.check(publish(event, event)))
        .extracting(Violation::field, Violation::rule)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("events", "repeated.unique_by"));
  }

  private static PublishRequest publish(EventEnvelope... events) {
    return PublishRequest.newBuilder()
        .setContext(CommandContext.newBuilder().setRequestId(REQUEST_ID))
        .addAllEvents(List.of(events))
        .build();
  }

  private static EventEnvelope envelope() {
    return EventEnvelope.newBuilder()
        .setEventId(UUID.randomUUID().toString())
        .setSource("erp-eu")
        .setType("crossdock.event.v1.OrderConfirmed")
        .setKey("O-1")
        .setOccurredAt(Timestamp.newBuilder().setSeconds(1_795_000_000L))
        .setData(Any.getDefaultInstance())
        .build();
  }

  private static ReplayRequest at(long seconds, int nanos) {
    return ReplayRequest.newBuilder()
        .setRecordedFrom(Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos))
        .build();
  }

  private static Quantity quantity(String value) {
    return Quantity.newBuilder().setValue(Decimal.newBuilder().setValue(value)).build();
  }

  private static Money money(String currency, long units, int nanos) {
    return Money.newBuilder().setCurrencyCode(currency).setUnits(units).setNanos(nanos).build();
  }

  private static Date date(String day) {
    String[] parts = day.split("-", 3);
    return Date.newBuilder()
        .setYear(Integer.parseInt(parts[0]))
        .setMonth(Integer.parseInt(parts[1]))
        .setDay(Integer.parseInt(parts[2]))
        .build();
  }

  private static List<String> broken(Message message) {
    return RULES.check(message).stream().map(Violation::rule).toList();
  }
}
