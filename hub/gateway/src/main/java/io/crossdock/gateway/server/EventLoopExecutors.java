package io.crossdock.gateway.server;

import io.crossdock.gateway.pipeline.EventLoops;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.concurrent.Executor;

/** Gives calls from inside the hub an event loop each, as calls from outside have one. */
final class EventLoopExecutors implements ServerCallExecutorSupplier {

  private final EventLoops loops;

  EventLoopExecutors(EventLoops loops) {
    this.loops = loops;
  }

  @Override
  public <ReqT, RespT> Executor getExecutor(ServerCall<ReqT, RespT> call, Metadata metadata) {
    return loops.next();
  }
}
