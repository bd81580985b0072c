package io.crossdock.connector.testkit;

import com.google.protobuf.Message;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.CommandContext;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Iterator;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Calls the connector as the hub would. */
public final class Caller {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ManagedChannel channel;

  Caller(ManagedChannel channel) {
    this.channel = channel;
  }

  /** What a new write says about itself. */
  public CommandContext context() {
    return CommandContext.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .setChannel(Channel.CHANNEL_STORE)
        .setStore("EU-001")
        .setWorkstation("till-03")
        .setActor(Actor.newBuilder().setKind(Actor.Kind.KIND_ASSOCIATE).setId("cashier-17"))
        .build();
  }

  /** The answer, or the first of a stream's. */
  public <Q extends Message, A extends Message> A call(MethodDescriptor<Q, A> method, Q request) {
    return call(method, request, PATIENCE);
  }

  <Q extends Message, A extends Message> A call(
      MethodDescriptor<Q, A> method, Q request, Duration deadline) {
    return call(channel, method, request, deadline);
  }

  <Q extends Message, A extends Message> A callTraced(
      MethodDescriptor<Q, A> method, Q request, String traceparent) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent);
    return call(
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)),
        method,
        request,
        PATIENCE);
  }

  private static <Q extends Message, A extends Message> A call(
      io.grpc.Channel channel, MethodDescriptor<Q, A> method, Q request, Duration deadline) {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
    if (method.getType() == MethodDescriptor.MethodType.UNARY) {
      return ClientCalls.blockingUnaryCall(channel, method, options, request);
    }
    io.grpc.Context.CancellableContext until = io.grpc.Context.current().withCancellation();
    io.grpc.Context before = until.attach();
    try {
      Iterator<A> answers =
          ClientCalls.blockingServerStreamingCall(channel, method, options, request);
      return answers.next();
    } finally {
      until.detach(before);
      until.cancel(null);
    }
  }
}
