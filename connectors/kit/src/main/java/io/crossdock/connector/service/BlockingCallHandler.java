package io.crossdock.connector.service;

import com.google.protobuf.Message;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.failure.Failure;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.opentelemetry.context.Scope;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Runs one method's calls, each on a virtual thread of its own, and ends each exactly once. */
final class BlockingCallHandler<A extends Message> implements ServerCallHandler<byte[], A> {

  private final CallTelemetry telemetry;
  private final @Nullable Outcome outcome;
  private final Body<A> body;

  /** What a call does with its request. */
  interface Body<A> {
    void run(byte @Nullable [] request, ContractService.Answers<A> answers)
        throws InterruptedException;
  }

  /** Names a write whose outcome is unknown. */
  interface Outcome {
    UnknownOutcome of(byte @Nullable [] request);
  }

  /**
   * @param outcome names a call whose outcome is unknown; null when the calls change nothing
   */
  BlockingCallHandler(CallTelemetry telemetry, @Nullable Outcome outcome, Body<A> body) {
    this.telemetry = telemetry;
    this.outcome = outcome;
    this.body = body;
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], A> call, Metadata headers) {
    Running running = new Running(call, telemetry.begin(call.getMethodDescriptor(), headers));
    call.request(2);
    return running;
  }

  /** One call. gRPC's callbacks come on its own threads, the body runs on one of the call's. */
  private final class Running extends ServerCall.Listener<byte[]>
      implements ContractService.Answers<A> {

    private final ServerCall<byte[], A> call;
    private final CallTelemetry.Trace trace;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final AtomicBoolean begun = new AtomicBoolean();
    private byte @Nullable [] message;
    private boolean headersSent;

    Running(ServerCall<byte[], A> call, CallTelemetry.Trace trace) {
      this.call = call;
      this.trace = trace;
    }

    @Override
    public void onMessage(byte[] request) {
      message = request;
    }

    @Override
    public void onHalfClose() {
      if (begun.compareAndSet(false, true)) {
        // On another thread, so that gRPC can tell when the caller takes more or has left.
        Thread.ofVirtual().name("call").start(Context.current().wrap(this::run));
      }
    }

    @Override
    public void onReady() {
      lock.lock();
      try {
        ready.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onCancel() {
      if (begun.compareAndSet(false, true)) {
        trace.end(FailureMapper.of(new InterruptedException(), operation(), false));
      }
    }

    @Override
    public void send(A answer) throws InterruptedException {
      if (!headersSent) {
        headersSent = true;
        call.sendHeaders(new Metadata());
      }
      lock.lockInterruptibly();
      try {
        while (!call.isReady() && !call.isCancelled()) {
          ready.await();
        }
      } finally {
        lock.unlock();
      }
      if (!call.isCancelled()) {
        call.sendMessage(answer);
      }
    }

    private void run() {
      Failure failure = null;
      try (Scope _ = trace.context().makeCurrent();
          Interruption _ = Interruption.begin()) {
        body.run(message, this);
      } catch (InterruptedException | RuntimeException | Error e) {
        failure = failure(e);
      }
      // First the trace, so that whoever has the answer finds it complete.
      trace.end(failure);
      if (failure == null) {
        call.close(io.grpc.Status.OK, new Metadata());
      } else {
        call.close(failure.toStatus(), failure.toTrailers());
      }
    }

    private Failure failure(Throwable thrown) {
      Failure failure = FailureMapper.of(thrown, operation(), outcome != null);
      return outcome == null || failure.unknownOutcome() == null
          ? failure
          : failure.withUnknownOutcome(outcome.of(message));
    }

    private String operation() {
      return call.getMethodDescriptor().getFullMethodName();
    }
  }
}
