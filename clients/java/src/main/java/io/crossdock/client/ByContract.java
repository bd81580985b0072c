package io.crossdock.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives each call the deadline of its contract unless the caller set one, and each write a request
 * id.
 *
 * <p>A service config's own timeout would do for the first, if it did not also cut a longer
 * deadline that the caller chose. The request id is set above gRPC's retries, which repeat the
 * bytes that leave here; so it stays the same.
 */
final class ByContract implements ClientInterceptor {

  private final Contracts contracts;

  ByContract(Contracts contracts) {
    this.contracts = contracts;
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    MethodDefaults defaults = contracts.defaults(method);
    if (defaults == null) {
      throw new IllegalArgumentException(
          "%s is of no service that the client was built for (expected: a service given to services())"
              .formatted(method.getFullMethodName()));
    }
    CallOptions bounded = options;
    Duration deadline = defaults.deadline();
    if (deadline != null
        && options.getDeadline() == null
        && Context.current().getDeadline() == null) {
      bounded = options.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
    }
    if (defaults.repeatable()) {
      bounded = bounded.withStreamTracerFactory(RetryAdvice.FACTORY);
    }
    ClientCall<Q, A> call = next.newCall(method, bounded);
    if (defaults.context() == null) {
      return call;
    }
    return new SimpleForwardingClientCall<>(call) {
      @Override
      public void sendMessage(Q request) {
        super.sendMessage(defaults.identified(request));
      }
    };
  }
}
