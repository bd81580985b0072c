package io.crossdock.gateway.server;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** A connection to the hub frame by frame, without anything that HTTP/2 expects of a caller. */
final class RawFrames implements Closeable {

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int UNKNOWN = 0x42;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final int PATIENCE_MILLIS = 20_000;
  private static final int INITIAL_WINDOW_SIZE = 4;

  private final Socket socket;
  private final DataOutputStream out;
  private final DataInputStream in;
  private boolean hungUp;

  RawFrames(int port, int window) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    ByteArrayOutputStream settings = new ByteArrayOutputStream();
    DataOutputStream one = new DataOutputStream(settings);
    one.writeShort(INITIAL_WINDOW_SIZE);
    one.writeInt(window);
    frame(SETTINGS, 0, 0, settings.toByteArray());
    flush();
  }

  /** Sends a frame, or nothing when the hub has hung up: what it said before can still be read. */
  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    if (hungUp) {
      return;
    }
    try {
      out.writeByte(payload.length >>> 16);
      out.writeShort(payload.length);
      out.writeByte(type);
      out.writeByte(flags);
      out.writeInt(stream);
      out.write(payload);
    } catch (SocketException e) {
      hungUp = true;
    }
  }

  /** Opens a call; its messages are still to come. */
  void open(int stream, String method) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/" + method);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    frame(HEADERS, END_HEADERS, stream, block.toByteArray());
  }

  void flush() throws IOException {
    if (hungUp) {
      return;
    }
    try {
      out.flush();
    } catch (SocketException e) {
      hungUp = true;
    }
  }

  /** Asks for a ping, and returns the types of the frames of a stream that come before it. */
  List<Integer> typesUntilPing(int stream) throws IOException {
    frame(PING, 0, 0, new byte[8]);
    flush();
    List<Integer> types = new ArrayList<>();
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      boolean answer = in.readUnsignedByte() == 1;
      int of = in.readInt();
      in.skipNBytes(length);
      if (type == PING && answer) {
        return types;
      }
      if (of == stream) {
        types.add(type);
      }
    }
  }

  /** What a GOAWAY says that the hub hangs up with; empty when it hangs up without one. */
  String goodbye() throws IOException {
    try {
      while (true) {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        in.skipNBytes(5);
        byte[] payload = in.readNBytes(length);
        if (type == GOAWAY) {
          return new String(payload, 8, payload.length - 8, US_ASCII);
        }
      }
    } catch (EOFException | SocketException e) {
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    block.write(name.length());
    block.writeBytes(name.getBytes(US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(US_ASCII));
  }
}
