package io.crossdock.gateway.wire;

import java.io.InputStream;

/**
 * A message on its way to the caller: the bytes that came from the backend and, behind them, the
 * bytes that the hub appends. Protobuf merges the two, so nobody has to parse or copy the first.
 *
 * <p>The arrays are shared with the cache and never written to.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copying is what this avoids
public record Payload(byte[] body, byte[] tail) {

  private static final byte[] NOTHING = {};

  /** A message without an appendix. */
  public static Payload of(byte[] body) {
    return new Payload(body, NOTHING);
  }

  /** Length on the wire, bytes. */
  public int size() {
    return body.length + tail.length;
  }

  InputStream stream() {
    return new ByteStream(body, tail);
  }
}
