package io.crossdock.gateway.server;

import io.netty.buffer.ByteBuf;

/**
 * Counts the HTTP/2 frames that a connection receives, without decoding them: those that ask for
 * work, and those that only keep the other side busy. Belongs to the connection's event loop.
 */
final class FrameCounter {

  private static final int PREFACE_BYTES = 24;
  private static final int HEADER_BYTES = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int END_STREAM = 1;

  // Bytes until the next frame begins; the preface comes before the first.
  private long skip = PREFACE_BYTES;
  // The part of a frame's header that has come, as far as it matters: length, type, flags, stream.
  private int headerBytes;
  private long header;
  private int stream;

  private long dataBytes;
  private int control;
  private int resets;
  private int lastStream;

  /** Counts the frames that begin in the readable bytes, which stay as they are. */
  void count(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (skip > 0) {
        int skipped = (int) Math.min(skip, end - at);
        skip -= skipped;
        at += skipped;
      } else if (headerBytes == 0 && end - at >= HEADER_BYTES) {
        frame(
            bytes.getUnsignedMedium(at),
            bytes.getByte(at + 3),
            bytes.getByte(at + 4),
            bytes.getInt(at + 5));
        at += HEADER_BYTES;
      } else {
        headerByte(bytes.getByte(at++));
      }
    }
  }

  /** Payload of data frames since this was asked last, bytes. */
  long takeDataBytes() {
    long taken = dataBytes;
    dataBytes = 0;
    return taken;
  }

  /** Bytes of data frames since they were taken last. */
  long dataBytes() {
    return dataBytes;
  }

  /** Frames that ask for no work since {@link #restart}. */
  int control() {
    return control;
  }

  /** Streams that the other side reset since {@link #restart}. */
  int resets() {
    return resets;
  }

  /** Number of the last stream that the other side opened. */
  int lastStream() {
    return lastStream;
  }

  /** Counts from zero again. */
  void restart() {
    control = 0;
    resets = 0;
  }

  private void headerByte(byte next) {
    int unsigned = next & 0xff;
    if (headerBytes < 5) {
      header = header << 8 | unsigned;
    } else {
      stream = stream << 8 | unsigned;
    }
    headerBytes++;
    if (headerBytes == HEADER_BYTES) {
      frame((int) (header >>> 16), (byte) (header >>> 8), (byte) header, stream);
      headerBytes = 0;
      header = 0;
      stream = 0;
    }
  }

  private void frame(int length, byte type, byte flags, int of) {
    skip = length;
    switch (type) {
      case DATA -> {
        dataBytes += length;
        if (length == 0 && (flags & END_STREAM) == 0) {
          control++;
        }
      }
      case HEADERS -> lastStream = Math.max(lastStream, of & Integer.MAX_VALUE);
      case RST_STREAM -> {
        control++;
        resets++;
      }
      default -> control++;
    }
  }
}
