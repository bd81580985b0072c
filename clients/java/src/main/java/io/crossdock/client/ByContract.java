package io.crossdock.client;

import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.failure.Failure;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Gives each call the deadline of its contract unless the caller set one, and each write a request
 * id.
 *
 * <p>A service config's own timeout would do for the first, if it did not also cut a longer
 * deadline that the caller chose. The request id is set above gRPC's retries, which repeat the
 * bytes that leave here; so it stays the same. A write that failed after it had left, without the
 * hub's word that it had no effect, ends with an {@code UnknownOutcome} that names its request id.
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
    if (defaults.context() == null) {
      return next.newCall(method, bounded);
    }
    Departure departure = new Departure();
    return new Write<>(
        next.newCall(method, bounded.withStreamTracerFactory(departure)), defaults, departure);
  }

  /** A call that changes something. */
  private static final class Write<Q, A> extends SimpleForwardingClientCall<Q, A> {

    private final MethodDefaults defaults;
    private final Departure departure;
    private volatile UnknownOutcome outcome = UnknownOutcome.getDefaultInstance();

    Write(ClientCall<Q, A> call, MethodDefaults defaults, Departure departure) {
      super(call);
      this.defaults = defaults;
      this.departure = departure;
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      super.start(
          new SimpleForwardingClientCallListener<>(listener) {
            @Override
            public void onClose(Status status, Metadata trailers) {
              if (status.isOk() || !departure.left()) {
                super.onClose(status, trailers);
                return;
              }
              Failure failure = Failures.of(status.asRuntimeException(trailers));
              if (failure.unknownOutcome() != null || Failures.isCertain(failure, status)) {
                super.onClose(status, trailers);
              } else {
                Failure doubtful = failure.withUnknownOutcome(outcome);
                Metadata described = new Metadata();
                described.merge(trailers);
                described.discardAll(RetryAdvice.DETAILS);
                described.merge(doubtful.toTrailers());
                super.onClose(doubtful.toStatus().withCause(status.getCause()), described);
              }
            }
          },
          headers);
    }

    @Override
    public void sendMessage(Q request) {
      Q identified = defaults.identified(request);
      outcome = defaults.outcome(identified);
      super.sendMessage(identified);
    }
  }

  /** Notices whether anything of a call was written to a connection. */
  private static final class Departure extends ClientStreamTracer.Factory {

    private volatile boolean left;

    boolean left() {
      return left;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(
        ClientStreamTracer.StreamInfo info, Metadata headers) {
      return new ClientStreamTracer() {
        @Override
        public void outboundMessageSent(int number, long wireSize, long uncompressedSize) {
          left = true;
        }
      };
    }
  }
}
