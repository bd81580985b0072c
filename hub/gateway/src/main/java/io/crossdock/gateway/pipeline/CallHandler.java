package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.wire.Marshallers;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the calls of one operation from gRPC and leads them through its pipeline.
 *
 * <p>A call with a single request message enters the pipeline when the caller has half-closed, a
 * client stream when its headers are there.
 */
public final class CallHandler implements ServerCallHandler<byte[], Payload> {

  // Time for the request of a method whose contract sets no deadline.
  private static final long MAX_REQUEST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Pipeline pipeline;
  private final EventLoops loops;
  private final int maxRequestBytes;
  // What the contract says; 0 when it sets no deadline.
  private final long contractsNanos;

  /**
   * @param maxRequestBytes largest request message, bytes
   */
  public CallHandler(Pipeline pipeline, EventLoops loops, int maxRequestBytes) {
    this.pipeline = pipeline;
    this.loops = loops;
    this.maxRequestBytes = maxRequestBytes;
    this.contractsNanos = pipeline.operation().deadline().toNanos();
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], Payload> peer, Metadata headers) {
    int loop = loops.current();
    Call call =
        new Call(
            pipeline.operation(),
            headers,
            peer,
            CallerStream.current(),
            pipeline,
            loops.loop(loop),
            loop,
            loops);
    if (pipeline.operation().clientStreams()) {
      peer.request(1);
      pipeline.start(call);
      return new ManyRequests(call);
    }
    // A contract's deadline begins with the headers: a request that never ends is a call too.
    call.expireAfter(
        Math.min(
            contractsNanos > 0 ? contractsNanos : MAX_REQUEST_NANOS, call.callersTimeoutNanos()));
    // Two, so that a second message is noticed.
    peer.request(2);
    return new OneRequest(call);
  }

  private abstract class CallListener extends ServerCall.Listener<byte[]> {

    final Call call;

    CallListener(Call call) {
      this.call = call;
    }

    /** Fails the call on a message that could not be decompressed. */
    boolean refuses(byte[] message) {
      Failure failure;
      if (Marshallers.isTooLarge(message)) {
        failure = CallerStream.tooLarge(maxRequestBytes);
      } else if (Marshallers.isUnreadable(message)) {
        failure =
            Failure.of(Reason.REASON_MALFORMED_REQUEST, "The request cannot be decompressed.");
      } else {
        return false;
      }
      pipeline.abort(call, Outcome.failed(failure), "the request is broken");
      return true;
    }

    @Override
    public void onCancel() {
      Failure fault = call.callersFault(maxRequestBytes);
      if (fault == null) {
        pipeline.cancelled(call);
      } else {
        pipeline.abort(call, Outcome.failed(fault), "the request is broken");
      }
    }

    @Override
    public void onReady() {
      call.answersTaken();
      Exchange.Upstream upstream = call.upstream;
      if (upstream != null && !call.finished) {
        upstream.peerReady();
      }
    }
  }

  private final class OneRequest extends CallListener {

    private byte @Nullable [] request;

    OneRequest(Call call) {
      super(call);
    }

    @Override
    public void onMessage(byte[] message) {
      if (call.finished || refuses(message)) {
        return;
      }
      if (request != null) {
        fail("More than one request message was sent.");
      } else {
        request = message;
      }
    }

    @Override
    public void onHalfClose() {
      if (call.finished) {
        return;
      }
      if (request == null) {
        fail("The call ended without a request.");
        return;
      }
      call.request(request);
      if (pipeline.operation().deadline().isZero()) {
        call.expireNever();
      }
      call.enter();
      try {
        pipeline.start(call);
      } finally {
        call.leave();
      }
    }

    private void fail(String why) {
      // The code that gRPC gives to a wrong number of messages.
      pipeline.finish(
          call,
          Outcome.failed(
              Status.Code.UNIMPLEMENTED, Failure.of(Reason.REASON_MALFORMED_REQUEST, why)));
    }
  }

  private final class ManyRequests extends CallListener {

    ManyRequests(Call call) {
      super(call);
    }

    @Override
    public void onMessage(byte[] message) {
      if (!refuses(message)) {
        call.requestTaken();
        call.enter();
        try {
          pipeline.message(call, message);
        } finally {
          call.leave();
        }
      }
    }

    @Override
    public void onHalfClose() {
      Exchange.Upstream upstream = call.upstream;
      if (!call.finished && upstream != null) {
        upstream.halfClose();
      }
    }
  }
}
