package io.crossdock.gateway.server;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.wire.Marshallers;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import org.jspecify.annotations.Nullable;

/** Answers calls of methods that no route serves, with a reason instead of gRPC's bare status. */
final class UnimplementedMethods extends HandlerRegistry {

  @Override
  public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.newBuilder(Marshallers.BYTES, Marshallers.BYTES)
            .setType(MethodDescriptor.MethodType.UNKNOWN)
            .setFullMethodName(name)
            .build();
    return ServerMethodDefinition.create(method, UnimplementedMethods::refuse);
  }

  private static ServerCall.Listener<byte[]> refuse(
      ServerCall<byte[], byte[]> call, Metadata headers) {
    Failure failure =
        Failure.of(Reason.REASON_METHOD_NOT_SERVED, "No route serves this method.")
            .with("method", call.getMethodDescriptor().getFullMethodName());
    call.close(failure.toStatus(), failure.toTrailers());
    return new ServerCall.Listener<>() {};
  }
}
