package io.crossdock.gateway.wire;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** How messages cross gRPC as bytes, without message objects. */
public final class Marshallers {

  private static final byte[] NOTHING = {};

  // What stands for a compressed message that is larger than accepted, or that cannot be read.
  private static final byte[] TOO_LARGE = {0};
  private static final byte[] UNREADABLE = {0};

  /** Messages as they came. */
  public static final Marshaller<byte[]> BYTES =
      new Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
          return new ByteStream(message, NOTHING);
        }

        @Override
        public byte[] parse(InputStream stream) {
          return bytes(stream);
        }
      };

  /** Messages that the hub appended to. */
  public static final Marshaller<Payload> PAYLOAD =
      new Marshaller<>() {
        @Override
        public InputStream stream(Payload payload) {
          return payload.stream();
        }

        @Override
        public Payload parse(InputStream stream) {
          return Payload.of(bytes(stream));
        }
      };

  private Marshallers() {}

  /** Whether this stands for a compressed message that is larger than accepted. */
  @SuppressWarnings("ReferenceEquality") // a message of the same bytes is another
  public static boolean isTooLarge(byte[] message) {
    return message == TOO_LARGE;
  }

  /** Whether this stands for a compressed message that cannot be read. */
  @SuppressWarnings("ReferenceEquality") // a message of the same bytes is another
  public static boolean isUnreadable(byte[] message) {
    return message == UNREADABLE;
  }

  // An exception here would reset the stream without a reason and fill the log with its stack.
  private static byte[] decompressed(InputStream stream) {
    try {
      return stream.readAllBytes();
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED ? TOO_LARGE : UNREADABLE;
    } catch (IOException e) {
      return UNREADABLE;
    }
  }

  private static byte[] bytes(InputStream stream) {
    try {
      if (!(stream instanceof KnownLength)) {
        return decompressed(stream);
      }
      int length = stream.available();
      if (length == 0) {
        return NOTHING;
      }
      byte[] bytes = new byte[length];
      int read = stream.readNBytes(bytes, 0, length);
      if (read != length) {
        throw Status.INTERNAL.withDescription("message ended early").asRuntimeException();
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
