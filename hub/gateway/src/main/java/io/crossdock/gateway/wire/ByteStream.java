package io.crossdock.gateway.wire;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Two arrays read one after the other, in the form from which gRPC frames without a further copy.
 */
final class ByteStream extends InputStream implements Drainable, KnownLength {

  private final byte[] head;
  private final byte[] tail;
  private int position;

  ByteStream(byte[] head, byte[] tail) {
    this.head = head;
    this.tail = tail;
  }

  @Override
  public int available() {
    return head.length + tail.length - position;
  }

  @Override
  public int read() {
    if (available() == 0) {
      return -1;
    }
    int at = position++;
    return (at < head.length ? head[at] : tail[at - head.length]) & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (available() == 0) {
      return -1;
    }
    boolean inHead = position < head.length;
    byte[] from = inHead ? head : tail;
    int at = inHead ? position : position - head.length;
    int n = Math.min(length, from.length - at);
    System.arraycopy(from, at, into, offset, n);
    position += n;
    return n;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    int n = available();
    if (position < head.length) {
      target.write(head, position, head.length - position);
      target.write(tail, 0, tail.length);
    } else {
      target.write(tail, position - head.length, n);
    }
    position += n;
    return n;
  }
}
