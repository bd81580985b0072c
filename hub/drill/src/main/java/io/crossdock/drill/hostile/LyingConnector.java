package io.crossdock.drill.hostile;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connector that answers whatever it is told to, for every method. Any thread may change that.
 */
final class LyingConnector extends HandlerRegistry implements AutoCloseable {

  private static final int HUGE_TRAILER_BYTES = 60_000;
  private static final int HUGE_ANSWER_BYTES = 6 << 20;
  private static final int MANY_FIELD_BYTES = 2 << 20;
  private static final byte FIELD_1_WITH_A_LENGTH = 0b0000_1010;
  private static final int DEPTH = 20_000;
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final Metadata.Key<String> NOISE =
      Metadata.Key.of("noise", Metadata.ASCII_STRING_MARSHALLER);

  private final Server server;
  private final byte[] manyFields = new byte[MANY_FIELD_BYTES];
  private volatile Lie lie = Lie.GARBAGE;

  /** What it answers. */
  enum Lie {
    /** Bytes that are no message. */
    GARBAGE,
    /** A message in a message in a message. */
    DEEP,
    /** A message of a million fields. */
    MANY_FIELDS,
    /** Two messages where one is due. */
    TWICE,
    /** OK and no message. */
    NOTHING,
    /** A message beyond every limit. */
    HUGE,
    /** Trailers beyond gRPC's usual limit. */
    HUGE_TRAILERS,
    /** Details that are no details. */
    BROKEN_DETAILS,
    /** A plain code without any details. */
    PLAIN,
    /** Never anything. */
    SILENCE
  }

  private LyingConnector() throws IOException {
    for (int i = 0; i < manyFields.length; i += 2) {
      manyFields[i] = FIELD_1_WITH_A_LENGTH;
    }
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .maxInboundMessageSize(HUGE_ANSWER_BYTES)
            .directExecutor()
            .fallbackHandlerRegistry(this)
            .build()
            .start();
  }

  static LyingConnector start() throws IOException {
    return new LyingConnector();
  }

  int port() {
    return server.getPort();
  }

  void answer(Lie next) {
    lie = next;
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String methodName, @Nullable String authority) {
    // Without health the hub takes it for ready.
    if (methodName.startsWith("grpc.")) {
      return null;
    }
    return ServerMethodDefinition.create(
        RawCalls.method(methodName, MethodDescriptor.MethodType.UNKNOWN), this::begin);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private ServerCall.Listener<byte[]> begin(ServerCall<byte[], byte[]> call, Metadata headers) {
    call.request(2);
    return new ServerCall.Listener<>() {
      @Override
      public void onHalfClose() {
        lie(call);
      }
    };
  }

  private void lie(ServerCall<byte[], byte[]> call) {
    Metadata trailers = new Metadata();
    switch (lie) {
      case SILENCE -> {}
      case NOTHING -> call.close(Status.OK, trailers);
      case PLAIN -> call.close(Status.FAILED_PRECONDITION.withDescription("no"), trailers);
      case BROKEN_DETAILS -> {
        trailers.put(DETAILS, new byte[] {-1, -1, -1, -1});
        call.close(Status.INVALID_ARGUMENT.withDescription("\u001b[2Jforged\nline"), trailers);
      }
      case HUGE_TRAILERS -> {
        trailers.put(NOISE, "x".repeat(HUGE_TRAILER_BYTES));
        call.close(Status.NOT_FOUND, trailers);
      }
      case GARBAGE -> send(call, new byte[] {10, 127, -1, -1, 3}, 1);
      case DEEP -> send(call, RawCalls.nested(DEPTH), 1);
      case MANY_FIELDS -> send(call, manyFields, 1);
      case TWICE -> send(call, new byte[0], 2);
      case HUGE -> send(call, new byte[HUGE_ANSWER_BYTES], 1);
    }
  }

  private static void send(ServerCall<byte[], byte[]> call, byte[] answer, int times) {
    call.sendHeaders(new Metadata());
    for (int i = 0; i < times; i++) {
      call.sendMessage(answer);
    }
    call.close(Status.OK, new Metadata());
  }
}
