package io.crossdock.drill.hostile;

import com.google.protobuf.CodedOutputStream;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/** Calls whose messages are bytes, so that anything can be sent. */
public final class RawCalls {

  /** A message of protobuf that is written field by field. */
  interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private RawCalls() {}

  /** A method whose messages are bytes. */
  public static MethodDescriptor<byte[], byte[]> method(
      String fullMethodName, MethodDescriptor.MethodType type) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setFullMethodName(fullMethodName)
        .setType(type)
        .setRequestMarshaller(Bytes.INSTANCE)
        .setResponseMarshaller(Bytes.INSTANCE)
        .build();
  }

  /** A unary call. How it ends is of no interest, only that it does. */
  static void call(Channel hub, String fullMethodName, byte[] request, long deadlineMillis) {
    try {
      var _ =
          ClientCalls.blockingUnaryCall(
              hub,
              method(fullMethodName, MethodDescriptor.MethodType.UNARY),
              CallOptions.DEFAULT.withDeadlineAfter(deadlineMillis, TimeUnit.MILLISECONDS),
              request);
    } catch (StatusRuntimeException e) {
      // As it should: an attack is refused.
    }
  }

  static byte[] bytes(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A group within a group within a group, which costs two bytes each. */
  static byte[] nested(int depth) {
    byte[] groups = new byte[2 * depth];
    for (int i = 0; i < depth; i++) {
      groups[i] = 0b0000_1011;
      groups[groups.length - 1 - i] = 0b0000_1100;
    }
    return groups;
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] message) {
      return new ByteArrayInputStream(message);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
