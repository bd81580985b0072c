package io.crossdock.ctl;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Internal;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.ConsumerServiceGrpc;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A real gRPC server in the place of a hub, with every service of an operator: gives the answers it
 * was given, one call after the other.
 */
final class ScriptedHub implements AutoCloseable {

  final List<Message> asked = new CopyOnWriteArrayList<>();
  private final Queue<Answer> answers = new ArrayDeque<>();
  private volatile @Nullable FileDescriptorProto known;
  private final Server server;
  private final int port;

  private enum End {
    WELL,
    NEVER,
    FAILED
  }

  private record Answer(
      List<? extends Message> messages, End end, @Nullable RuntimeException failure) {}

  ScriptedHub() throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .directExecutor();
    List.of(
            OpsServiceGrpc.getServiceDescriptor(),
            EventServiceGrpc.getServiceDescriptor(),
            DeadLetterServiceGrpc.getServiceDescriptor(),
            ReplayServiceGrpc.getServiceDescriptor(),
            ConsumerServiceGrpc.getServiceDescriptor(),
            AuditServiceGrpc.getServiceDescriptor(),
            LedgerServiceGrpc.getServiceDescriptor())
        .forEach(service -> builder.addService(scripted(service)));
    builder.addService(new Reflection());
    this.server = builder.build().start();
    this.port = server.getPort();
  }

  /** A message from protobuf text, in which events stand as they are. */
  static <M extends Message> M message(Class<M> type, String text) {
    Message.Builder builder = Internal.getDefaultInstance(type).newBuilderForType();
    try {
      TextFormat.Parser.newBuilder()
          .setTypeRegistry(EventTypes.REGISTRY)
          .build()
          .merge(text, builder);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
    return type.cast(builder.build());
  }

  /** From now on reflection tells of this file. */
  void knows(FileDescriptorProto file) {
    known = file;
  }

  private final class Reflection extends ServerReflectionGrpc.ServerReflectionImplBase {

    @Override
    public StreamObserver<ServerReflectionRequest> serverReflectionInfo(
        StreamObserver<ServerReflectionResponse> caller) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ServerReflectionRequest request) {
          ServerReflectionResponse.Builder answer = ServerReflectionResponse.newBuilder();
          FileDescriptorProto file = known;
          if (file != null) {
            answer.getFileDescriptorResponseBuilder().addFileDescriptorProto(file.toByteString());
          }
          caller.onNext(answer.build());
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {
          caller.onCompleted();
        }
      };
    }
  }

  /** The next answer, as protobuf text. */
  <M extends Message> void answers(Class<M> type, String text) {
    streams(List.of(message(type, text)));
  }

  /** The next call is answered by a stream. */
  void streams(List<? extends Message> messages) {
    add(new Answer(messages, End.WELL, null));
  }

  /** The next call is answered by a stream that does not end. */
  void streamsOn(List<? extends Message> messages) {
    add(new Answer(messages, End.NEVER, null));
  }

  /** The next call fails so. */
  void fails(RuntimeException failure) {
    breaks(List.of(), failure);
  }

  /** The next call is answered by a stream that fails in the end. */
  void breaks(List<? extends Message> messages, RuntimeException failure) {
    add(new Answer(messages, End.FAILED, failure));
  }

  /** The one request of this type. */
  <M extends Message> M asked(Class<M> type) {
    List<M> all = asked.stream().filter(type::isInstance).map(type::cast).toList();
    if (all.size() != 1) {
      throw new AssertionError("requests: %s (expected: one %s)".formatted(asked, type));
    }
    return all.getFirst();
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private ServerServiceDefinition scripted(ServiceDescriptor service) {
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
    service.getMethods().forEach(method -> script(definition, method));
    return definition.build();
  }

  private <Q, A> void script(
      ServerServiceDefinition.Builder definition, MethodDescriptor<Q, A> method) {
    definition.addMethod(method, ServerCalls.asyncServerStreamingCall(this::answer));
  }

  private synchronized void add(Answer answer) {
    answers.add(answer);
  }

  private synchronized <Q, A> void answer(Q request, StreamObserver<A> caller) {
    asked.add((Message) request);
    Answer next = answers.remove();
    for (Message message : next.messages()) {
      @SuppressWarnings("unchecked") // else the test scripts an answer of another method
      A answer = (A) message;
      caller.onNext(answer);
    }
    switch (next.end()) {
      case WELL -> caller.onCompleted();
      case NEVER -> {}
      case FAILED -> caller.onError(next.failure());
    }
  }
}
