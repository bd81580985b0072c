package io.crossdock.gateway.wire;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** How messages cross gRPC as bytes, without message objects. */
public final class Marshallers {

  private static final byte[] NOTHING = {};

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

  private static byte[] bytes(InputStream stream) {
    try {
      if (!(stream instanceof KnownLength)) {
        return stream.readAllBytes();
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
