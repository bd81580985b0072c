package io.crossdock.drill.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Identifier;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Quantity;
import io.crossdock.drill.hostile.Attack.Target;
import io.crossdock.drill.hostile.LyingConnector.Lie;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.ReserveRequest;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.order.v1.DiscountFunding;
import io.crossdock.order.v1.LineDiscount;
import io.crossdock.order.v1.LineKind;
import io.crossdock.order.v1.OrderServiceGrpc;
import io.crossdock.order.v1.OrderTotals;
import io.crossdock.order.v1.PlaceOrderRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/** Every attack, in the order in which they are made. */
final class Attacks {

  private static final String BALANCE =
      "/" + LoyaltyServiceGrpc.getGetBalanceMethod().getFullMethodName();
  private static final String STOCK =
      InventoryServiceGrpc.getGetAvailabilityMethod().getFullMethodName();
  private static final String STOCK_OF_MANY =
      InventoryServiceGrpc.getBatchGetAvailabilityMethod().getFullMethodName();
  private static final String RESERVE = InventoryServiceGrpc.getReserveMethod().getFullMethodName();
  private static final String PLACE_ORDER =
      OrderServiceGrpc.getPlaceOrderMethod().getFullMethodName();
  private static final CommandContext CONTEXT =
      CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()).build();
  private static final byte[] MEMBER =
      RawConnection.message(RawCalls.bytes(out -> out.writeString(1, "M-1001")));
  private static final byte[] ITEM =
      RawCalls.bytes(out -> {
        out.writeString(1, "SKU-1");
        out.writeString(2, "EU-001");
      });
  private static final int WINDOW = 65_535;
  private static final int MANY_ITEMS = 400_000;
  private static final int MOST_ITEMS = 2_000_000;
  private static final int LEGAL_LINES = 200;
  private static final int MANY_LINES = 10_000;
  private static final int MORE_LINES = 40_000;
  private static final int MOST_LINES = 500;
  private static final int MOST_DISCOUNTS = 20;
  private static final int MANY_ORDERS = 5;
  private static final int MANY_DIGITS = 3_900_000;
  private static final long DEADLINE_MILLIS = 2_000;
  private static final long LIE_DEADLINE_MILLIS = 300;

  private Attacks() {}

  static List<Attack> all() {
    List<Attack> all = new ArrayList<>();
    all.add(unary("many-empty-items", STOCK_OF_MANY, emptyItems(MANY_ITEMS)));
    all.add(unary("more-empty-items", STOCK_OF_MANY, emptyItems(MOST_ITEMS)));
    all.add(unary("many-lines", RESERVE, reserve("1", MANY_LINES)));
    all.add(unary("more-lines", RESERVE, reserve("1", MORE_LINES)));
    all.add(unary("many-digits", RESERVE, reserve("9".repeat(MANY_DIGITS), 1)));
    all.add(unary("huge-exponent", RESERVE, reserve("1e2147483648", 1)));
    all.add(unary("huge-exponents", RESERVE, reserve("1E+99999999", LEGAL_LINES)));
    all.add(unary("heaviest-order", PLACE_ORDER, order(1)));
    all.add(unary("scattered-lists", PLACE_ORDER, order(MANY_ORDERS)));
    all.add(unary("deep-message", STOCK, RawCalls.nested(1_000_000)));
    byte[] bomb = bomb();
    all.add(new Attack("gzip-bomb", target -> compressed(target, bomb)));
    all.add(new Attack("zero-window", Attacks::zeroWindow));
    all.add(new Attack("unfinished-bodies", Attacks::unfinishedBodies));
    all.add(new Attack("byte-by-byte", Attacks::byteByByte));
    all.add(new Attack("rapid-reset", Attacks::rapidReset));
    all.add(new Attack("ping-flood", Attacks::pingFlood));
    all.add(new Attack("settings-flood", Attacks::settingsFlood));
    all.add(new Attack("endless-headers", Attacks::endlessHeaders));
    all.add(new Attack("bad-binary-header", target -> header(target, "trap-bin", "!!!")));
    all.add(new Attack("bad-timeout", target -> header(target, "grpc-timeout", "forever")));
    all.add(
        new Attack("forged-log-line", target -> header(target, "content-length", "5\n2026 ERROR")));
    all.add(new Attack("empty-path", Attacks::emptyPath));
    all.add(new Attack("garbage-frames", Attacks::garbage));
    for (Lie lie : Lie.values()) {
      String name = "lie-" + lie.name().toLowerCase(Locale.ROOT).replace('_', '-');
      all.add(new Attack(name, target -> lie(target, lie)));
    }
    return all;
  }

  private static Attack unary(String name, String method, byte[] request) {
    return new Attack(
        name, target -> RawCalls.call(target.channel(), method, request, DEADLINE_MILLIS));
  }

  private static byte[] emptyItems(int items) {
    return RawCalls.bytes(out -> {
      out.writeString(1, "EU-001");
      for (int i = 0; i < items; i++) {
        out.writeString(2, "");
      }
    });
  }

  private static byte[] reserve(String quantity, int lines) {
    ReserveRequest.Builder request =
        ReserveRequest.newBuilder().setContext(CONTEXT).setLocationId("EU-001").setOrderId("O-1");
    for (int i = 0; i < lines; i++) {
      request
          .addLinesBuilder()
          .setLineId("L" + i)
          .setItemId("SKU-" + i)
          .setQuantity(quantity(quantity));
    }
    return request.build().toByteArray();
  }

  /**
   * An order with as many lines and discounts as the contract allows.
   *
   * @param times how often it stands in the message; the parser merges them into one, whose lists
   *     are that many times too long
   */
  private static byte[] order(int times) {
    Money money = Money.newBuilder().setCurrencyCode("EUR").setUnits(1).build();
    LineDiscount discount =
        LineDiscount.newBuilder()
            .setAmount(money)
            .addFunding(
                DiscountFunding.newBuilder()
                    .setAmount(money)
                    .setParty(Identifier.newBuilder().setValue("S-1")))
            .build();
    PlaceOrderRequest.Builder request =
        PlaceOrderRequest.newBuilder()
            .setContext(CONTEXT)
            .setOrderId("O-1")
            .setLocationId("EU-001")
            .setCurrencyCode("EUR")
            .setTotals(OrderTotals.newBuilder().setPayableAmount(money));
    for (int i = 0; i < MOST_LINES; i++) {
      request
          .addLinesBuilder()
          .setLineId("L" + i)
          .setItemId("SKU-" + i)
          .setKind(LineKind.LINE_KIND_ITEM)
          .setQuantity(quantity("1"))
          .setUnitPrice(money)
          .setGrossAmount(money)
          .addAllDiscounts(Collections.nCopies(MOST_DISCOUNTS, discount));
    }
    byte[] once = request.build().toByteArray();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      all.writeBytes(once);
    }
    return all.toByteArray();
  }

  private static Quantity quantity(String value) {
    return Quantity.newBuilder()
        .setValue(Decimal.newBuilder().setValue(value))
        .setUnitCode("C62")
        .build();
  }

  private static byte[] bomb() {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        gzip.write(zeros);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] message = RawConnection.message(packed.toByteArray());
    message[0] = 1;
    return message;
  }

  private static void compressed(Target target, byte[] message)
      throws IOException, InterruptedException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      byte[] headers = RawConnection.call(BALANCE, "grpc-encoding", "gzip");
      hub.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, 1, headers);
      send(hub, 1, message);
      hub.flush();
      Thread.sleep(200);
    }
  }

  /** Cached answers that nobody takes. */
  private static void zeroWindow(Target target) throws IOException, InterruptedException {
    try (RawConnection hub = RawConnection.open(target.address(), 0)) {
      byte[] headers = RawConnection.call(BALANCE);
      for (int stream = 1; stream < 4_000; stream += 2) {
        hub.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, stream, headers);
        hub.frame(RawConnection.DATA, RawConnection.END_STREAM, stream, MEMBER);
      }
      hub.flush();
      Thread.sleep(500);
    }
  }

  /** Requests that begin with a large message and never come to its end. */
  private static void unfinishedBodies(Target target) throws IOException, InterruptedException {
    byte[] begun = Arrays.copyOf(RawConnection.message(new byte[4 << 20]), 16_000);
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      byte[] headers = RawConnection.call(BALANCE);
      for (int stream = 1; stream < 200; stream += 2) {
        hub.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, stream, headers);
        hub.frame(RawConnection.DATA, 0, stream, begun);
      }
      hub.flush();
      Thread.sleep(500);
    }
  }

  private static void byteByByte(Target target) throws IOException, InterruptedException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      hub.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, 1, RawConnection.call(BALANCE));
      for (byte each : MEMBER) {
        hub.frame(RawConnection.DATA, 0, 1, new byte[] {each});
        hub.flush();
        Thread.sleep(50);
      }
    }
  }

  private static void rapidReset(Target target) throws IOException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      byte[] headers = RawConnection.call(BALANCE);
      for (int stream = 1; stream < 20_000; stream += 2) {
        hub.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, stream, headers);
        hub.reset(stream);
      }
      hub.flush();
    }
  }

  private static void pingFlood(Target target) throws IOException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      for (int i = 0; i < 20_000; i++) {
        hub.frame(RawConnection.PING, 0, 0, new byte[8]);
      }
      hub.flush();
    }
  }

  private static void settingsFlood(Target target) throws IOException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      for (int i = 0; i < 20_000; i++) {
        hub.settings(RawConnection.INITIAL_WINDOW, WINDOW - i % 2);
      }
      hub.flush();
    }
  }

  /** Headers that go on and on in further frames. */
  private static void endlessHeaders(Target target) throws IOException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      hub.frame(RawConnection.HEADERS, 0, 1, RawConnection.call(BALANCE));
      byte[] more = RawConnection.pairs("x", "y".repeat(16_000));
      for (int i = 0; i < 500; i++) {
        hub.frame(RawConnection.CONTINUATION, 0, 1, more);
      }
      hub.flush();
    }
  }

  private static void header(Target target, String name, String value) throws IOException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      byte[] headers = RawConnection.call(BALANCE, name, value);
      for (int stream = 1; stream < 400; stream += 2) {
        hub.frame(RawConnection.HEADERS, RawConnection.END_HEADERS, stream, headers);
        hub.frame(RawConnection.DATA, RawConnection.END_STREAM, stream, MEMBER);
      }
      hub.flush();
    }
  }

  private static void emptyPath(Target target) throws IOException, InterruptedException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      int flags = RawConnection.END_HEADERS | RawConnection.END_STREAM;
      for (int stream = 1; stream < 200; stream += 2) {
        hub.frame(RawConnection.HEADERS, flags, stream, RawConnection.call(""));
      }
      hub.flush();
      Thread.sleep(200);
    }
  }

  private static void garbage(Target target) throws IOException {
    try (RawConnection hub = RawConnection.open(target.address(), WINDOW)) {
      for (int type = 0; type < 256; type++) {
        hub.frame(type, type, 1, "garbage, garbage, garbage".getBytes(US_ASCII));
      }
      hub.flush();
    }
  }

  private static void lie(Target target, Lie lie) {
    target.liar().answer(lie);
    for (int i = 0; i < 10; i++) {
      RawCalls.call(target.channel(), STOCK, ITEM, LIE_DEADLINE_MILLIS);
    }
  }

  // In frames of the size that every peer takes.
  private static void send(RawConnection hub, int stream, byte[] message) throws IOException {
    for (int from = 0; from < message.length; from += 16_384) {
      int to = Math.min(message.length, from + 16_384);
      int flags = to == message.length ? RawConnection.END_STREAM : 0;
      hub.frame(RawConnection.DATA, flags, stream, Arrays.copyOfRange(message, from, to));
    }
  }
}
