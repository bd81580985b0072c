package io.crossdock.drill.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A connection to a hub on which any frame can be sent at any time. What the hub sends is read and
 * thrown away. For one thread.
 */
final class RawConnection implements AutoCloseable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  static final int INITIAL_WINDOW = 4;

  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);
  private static final int CONNECT_MILLIS = 2_000;
  private static final int SHORT_STRING = 127;

  private final Socket socket;
  private final DataOutputStream out;

  private RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
  }

  /**
   * Connects.
   *
   * @param window how many bytes of each answer the hub may send
   */
  static RawConnection open(InetSocketAddress hub, int window) throws IOException {
    Socket socket = new Socket();
    socket.connect(hub, CONNECT_MILLIS);
    socket.setTcpNoDelay(true);
    RawConnection connection = new RawConnection(socket);
    connection.out.write(PREFACE);
    connection.settings(INITIAL_WINDOW, window);
    connection.flush();
    Thread.ofVirtual().start(connection::discard);
    return connection;
  }

  /** The header block of a gRPC call. */
  static byte[] call(String path, String... more) {
    String[] all = new String[12 + more.length];
    String[] head = {
      ":method",
      "POST",
      ":scheme",
      "http",
      ":path",
      path,
      ":authority",
      "hub",
      "te",
      "trailers",
      "content-type",
      "application/grpc"
    };
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(more, 0, all, head.length, more.length);
    return pairs(all);
  }

  /** A header block of names and values, without compression. */
  static byte[] pairs(String... namesAndValues) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.write(0);
      string(block, namesAndValues[i]);
      string(block, namesAndValues[i + 1]);
    }
    return block.toByteArray();
  }

  /** A message with gRPC's prefix. */
  static byte[] message(byte[] bytes) {
    byte[] framed = new byte[5 + bytes.length];
    framed[1] = (byte) (bytes.length >>> 24);
    framed[2] = (byte) (bytes.length >>> 16);
    framed[3] = (byte) (bytes.length >>> 8);
    framed[4] = (byte) bytes.length;
    System.arraycopy(bytes, 0, framed, 5, bytes.length);
    return framed;
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeByte(payload.length >>> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  void settings(int name, int value) throws IOException {
    frame(
        SETTINGS,
        0,
        0,
        new byte[] {
          0,
          (byte) name,
          (byte) (value >>> 24),
          (byte) (value >>> 16),
          (byte) (value >>> 8),
          (byte) value
        });
  }

  void reset(int stream) throws IOException {
    frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
  }

  void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  private void discard() {
    byte[] buffer = new byte[1 << 14];
    try (InputStream in = socket.getInputStream()) {
      while (in.read(buffer) >= 0) {
        // Nobody reads it.
      }
    } catch (IOException e) {
      // The hub has hung up.
    }
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    if (bytes.length < SHORT_STRING) {
      block.write(bytes.length);
    } else {
      // HPACK's integer: seven bits, then groups of seven, the lowest first.
      block.write(SHORT_STRING);
      int rest = bytes.length - SHORT_STRING;
      while (rest >= 128) {
        block.write(rest % 128 + 128);
        rest /= 128;
      }
      block.write(rest);
    }
    block.writeBytes(bytes);
  }
}
