package io.crossdock.connector.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.FailureException;
import io.crossdock.rules.MessageRules;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * Whatever a backend sends becomes a value that the contracts allow, or the call fails with why.
 */
class BackendDataFuzzTest {

  private static final MessageRules RULES = new MessageRules();
  private static final String SAMPLE =
      """
      {"id": "A-1", "n": 12.50, "t": "7", "on": true, "at": "2026-11-21T10:00:00+01:00",
       "day": "2026-11-21", "ms": 1795000000000, "list": [{"n": 1}, {"n": "2"}], "texts": ["a", "b"],
       "o": {"n": null, "deep": [[[]]]}}
      """;
  private static final String[] PIECES = {
    "1E+99999999",
    "1e-99999999",
    "-",
    "NaN",
    "Infinity",
    "9".repeat(99),
    "0." + "1".repeat(60),
    "null",
    "[]",
    "{}",
    "\"\"",
    "\"0001-01-01T00:00:00Z\"",
    "\"+999999999-12-31T23:59:59Z\"",
    "\"\\ud800\"",
    "1".repeat(300),
    "[".repeat(100),
    "\u0000",
    "true",
    "253402300800000",
    "-9223372036854775808",
    "\"12E3\"",
    "\"\u0661\""
  };
  private static final List<String> NAMES =
      List.of("id", "n", "t", "on", "at", "day", "ms", "list", "texts", "o", "none");

  @Property
  void readsAnyBytes(@ForAll byte[] bytes) {
    use(bytes);
  }

  @Property
  void readsAChangedDocument(@ForAll @Size(max = 5) List<Integer> places) {
    StringBuilder text = new StringBuilder(SAMPLE);
    for (int place : places) {
      int at = Math.floorMod(place, text.length());
      String piece = PIECES[Math.floorMod(place / 31, PIECES.length)];
      text.replace(at, Math.min(text.length(), at + Math.floorMod(place, 6)), piece);
    }
    use(text.toString().getBytes(UTF_8));
  }

  @Property
  void makesOnlyAmountsThatTheContractsAllow(@ForAll("numbers") String number) {
    BackendJson.read(("{\"n\": " + number + "}").getBytes(UTF_8))
        .map(BackendData::of)
        .ifPresent(BackendDataFuzzTest::canonicalValues);
  }

  private static void canonicalValues(BackendData data) {
    attempt(() -> {
      BigDecimal decimal = data.decimal("n");
      attempt(() -> sound(Canonical.quantity(decimal, "C62")));
      attempt(() -> sound(Canonical.money(decimal, "EUR")));
    });
  }

  @Provide
  Arbitrary<String> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.bigDecimals().ofScale(12).map(BigDecimal::toString),
        Arbitraries.bigIntegers().map(Object::toString),
        Arbitraries.integers()
            .between(-60, 60)
            .flatMap(power -> Arbitraries.longs().map(digits -> digits + "E" + power)));
  }

  private static void sound(Message value) {
    assertThat(RULES.check(value)).describedAs(value.toString()).isEmpty();
  }

  private static void use(byte[] bytes) {
    JsonNode document = BackendJson.read(bytes).orElse(null);
    if (document == null) {
      return;
    }
    BackendData data = BackendData.of(document);
    attempt(() -> data.items().forEach(BackendDataFuzzTest::readAll));
    readAll(data);
  }

  private static void readAll(BackendData data) {
    List<Consumer<String>> readings =
        List.of(
            data::text,
            data::optionalText,
            data::integer,
            data::integer32,
            data::flag,
            data::texts,
            name -> data.instant(name).ifPresent(Canonical::timestamp),
            name -> data.epochMillis(name).ifPresent(Canonical::timestamp),
            name -> data.day(name).ifPresent(Canonical::date),
            name -> data.optionalDecimal(name).ifPresent(Canonical::plain),
            name -> data.find(name).ifPresent(BackendDataFuzzTest::readAll),
            name -> data.list(name).forEach(BackendDataFuzzTest::readAll));
    for (String name : NAMES) {
      readings.forEach(reading -> attempt(() -> reading.accept(name)));
    }
  }

  private static void attempt(Runnable reading) {
    try {
      reading.run();
    } catch (FailureException e) {
      assertThat(e.failure().reason()).isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    }
  }
}
