package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.netty.channel.EventLoop;
import io.opentelemetry.api.trace.Span;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call's state, owned by one event loop: every method runs there, so nothing here is
 * synchronised.
 */
public final class Call {

  private static final byte[] NOTHING = {};

  private final Operation operation;
  private final Metadata headers;
  private final ServerCall<byte[], Payload> peer;
  // Null for a call from inside the hub.
  private final @Nullable CallerStream stream;
  private final Pipeline pipeline;
  private final EventLoop loop;
  private final int loopIndex;
  private final long startNanos = System.nanoTime();

  private byte[] request = NOTHING;
  private @Nullable ExtractedFields fields;
  private @Nullable Deadline deadline;
  private Span span = Span.getInvalid();
  private Metadata upstreamHeaders = new Metadata();
  private String servedBy = "";
  private boolean cached;
  private boolean headersTaken;
  // May be noted by the loop of another connection, when this one was not ready.
  private volatile boolean requestLeft;
  private boolean sourceSpoke;
  private @Nullable String id;

  // How far the pipeline has got with this call.
  int position;
  int proceeded;
  boolean waiting;
  boolean finished;
  Exchange.@Nullable Upstream upstream;
  private @Nullable Object @Nullable [] attachments;
  private boolean headersSent;

  // Where the deadline wheel has this call; slot -1 for nowhere.
  int wheelSlot = -1;
  long expiresNanos;
  @Nullable Call wheelNext;
  @Nullable Call wheelPrevious;
  private final DeadlineWheel deadlines;
  private final EventLoops loops;

  Call(
      Operation operation,
      Metadata headers,
      ServerCall<byte[], Payload> peer,
      @Nullable CallerStream stream,
      Pipeline pipeline,
      EventLoop loop,
      int loopIndex,
      EventLoops loops) {
    this.operation = operation;
    this.headers = headers;
    this.peer = peer;
    this.stream = stream;
    this.pipeline = pipeline;
    this.loop = loop;
    this.loopIndex = loopIndex;
    this.loops = loops;
    this.deadlines = loops.deadlines(loopIndex);
  }

  /** What is called. */
  public Operation operation() {
    return operation;
  }

  /** Metadata that came with the call. */
  public Metadata headers() {
    return headers;
  }

  /** Metadata that goes to whoever serves the call; for policies to write. */
  public Metadata upstreamHeaders() {
    return upstreamHeaders;
  }

  /** The same metadata for one exchange to hand to gRPC, which writes into it. */
  public Metadata takeUpstreamHeaders() {
    if (!headersTaken) {
      headersTaken = true;
      return upstreamHeaders;
    }
    Metadata own = new Metadata();
    own.merge(upstreamHeaders);
    return own;
  }

  /** The event loop that owns the call. */
  public EventLoop loop() {
    return loop;
  }

  /** Whether this thread is the event loop that owns the call. */
  public boolean isOnLoop() {
    return loop.inEventLoop();
  }

  /** Notes that the event loop is busy with this call, for whoever asks why it stands still. */
  public void enter() {
    loops.enter(loopIndex, operation);
  }

  /** Notes that the event loop is done with this call for now. */
  public void leave() {
    loops.leave(loopIndex);
  }

  /** Runs something on the event loop that owns the call, later. */
  public void execute(Runnable task) {
    loop.execute(task);
  }

  /** Number of the event loop that owns the call, from 0. */
  public int loopIndex() {
    return loopIndex;
  }

  /** When the call came in, {@link System#nanoTime}. */
  public long startNanos() {
    return startNanos;
  }

  /** The request's bytes; empty for a client stream, whose messages come later. */
  public byte[] request() {
    return request;
  }

  /** The request's fields that policies need. */
  public ExtractedFields fields() {
    ExtractedFields known = fields;
    if (known == null) {
      known = operation.read(request);
      fields = known;
    }
    return known;
  }

  /** When the call must have ended; null when neither caller nor contract say. */
  public @Nullable Deadline deadline() {
    return deadline;
  }

  /** Sets when the call must have ended. */
  public void deadline(Deadline ends) {
    this.deadline = ends;
    expireAfter(ends.timeRemaining(TimeUnit.NANOSECONDS));
  }

  /** The span of the call. */
  public Span span() {
    return span;
  }

  /** Sets the span of the call. */
  public void span(Span ofCall) {
    this.span = ofCall;
  }

  /** Name of the connector that serves the call; empty before routing and on a cached answer. */
  public String servedBy() {
    return servedBy;
  }

  /** Notes who serves the call. */
  public void servedBy(String connector) {
    this.servedBy = connector;
  }

  /** Whether the answer came from the cache, or from another caller's exchange. */
  public boolean isCached() {
    return cached;
  }

  /** Notes that the answer came from the cache, or from another caller's exchange. */
  public void markCached() {
    this.cached = true;
  }

  /** Notes that the request has left for whoever serves the call, who may act on it from now on. */
  public void requestLeft() {
    this.requestLeft = true;
  }

  /** Notes that whoever serves the call said itself how it ended. */
  public void sourceSpoke() {
    this.sourceSpoke = true;
  }

  /** Id under which a failure of this call is found in the log. */
  public String id() {
    String known = id;
    if (known == null) {
      known = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
      id = known;
    }
    return known;
  }

  /** Attaches one object for the running policy, until its {@code after}. */
  public void attach(@Nullable Object object) {
    @Nullable Object[] all = attachments;
    if (all == null) {
      all = new Object[pipeline.length()];
      attachments = all;
    }
    all[position] = object;
  }

  /** What the running policy attached. */
  public @Nullable Object attachment() {
    return attachments == null ? null : attachments[position];
  }

  /** Whether the call has ended. */
  public boolean isFinished() {
    return finished;
  }

  /** How long the call may still take; {@link Long#MAX_VALUE} without a deadline, nanoseconds. */
  public long remainingNanos() {
    return deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
  }

  /**
   * How long the caller waits from the headers on; {@link Long#MAX_VALUE} for ever, nanoseconds.
   */
  long callersTimeoutNanos() {
    return stream == null || timeoutIsMalformed() ? Long.MAX_VALUE : stream.timeoutNanos();
  }

  /** Whether the caller said how long it waits in a way that nobody understands. */
  boolean timeoutIsMalformed() {
    return stream != null && stream.timeoutNanos() == GrpcTimeout.MALFORMED;
  }

  /** The request's messages so far were passed on. */
  void requestTaken() {
    if (stream != null) {
      stream.requestTaken();
    }
  }

  /** The caller took the messages of the answer so far. */
  void answersTaken() {
    if (stream != null) {
      stream.answersTaken();
    }
  }

  /** The caller's fault that ended the stream; null when the caller gave up. */
  @Nullable Failure callersFault(int maxRequestBytes) {
    return stream == null ? null : stream.fault(maxRequestBytes);
  }

  /**
   * What the caller is told: of a write that left and failed without a word of whoever served it,
   * that it may have taken effect.
   */
  Outcome.Failed doubted(Outcome.Failed failed) {
    if (!requestLeft || sourceSpoke || !operation.isWrite()) {
      return failed;
    }
    return failed
        .failure()
        .filter(failure -> failure.unknownOutcome() == null)
        .map(failure -> failed.with(failure.withUnknownOutcome(operation.unknownOutcome(fields()))))
        .orElse(failed);
  }

  void request(byte[] message) {
    this.request = message;
  }

  /** Has the call end after a time, nanoseconds. */
  void expireAfter(long nanos) {
    if (!finished) {
      deadlines.add(this, System.nanoTime() + nanos);
    }
  }

  /** Whether the hub has begun to stop. */
  boolean hubIsStopping() {
    return loops.isStopping();
  }

  /** The streams to callers that run on this call's loop. */
  Set<Call> streams() {
    return loops.streams(loopIndex);
  }

  /** Has the call wait without end. */
  void expireNever() {
    deadlines.remove(this);
  }

  /** The call's time is up. */
  void expire() {
    pipeline.abort(this, Outcome.failed(deadlineExceeded()), "deadline exceeded");
  }

  /** The hub stops, and the call may last longer than it is waited for. */
  void stop() {
    pipeline.abort(this, Outcome.failed(stopping()), "the hub is stopping");
  }

  static Failure stopping() {
    return Failure.of(
        Reason.REASON_SHUTTING_DOWN, "The hub is stopping; open the stream again elsewhere.");
  }

  /** The caller, as the outermost exchange sees it. */
  Exchange.Sink sink() {
    return new CallerSink();
  }

  void close(Outcome outcome) {
    switch (outcome) {
      case Outcome.Answered(Payload payload) -> {
        if (!headersSent) {
          peer.sendHeaders(new Metadata());
        }
        peer.sendMessage(payload);
        peer.close(outcome.status(), new Metadata());
      }
      case Outcome.Streamed() -> {
        if (!headersSent) {
          peer.sendHeaders(new Metadata());
        }
        peer.close(outcome.status(), new Metadata());
      }
      case Outcome.Failed failed -> peer.close(failed.status(), failed.trailers());
    }
  }

  static Failure deadlineExceeded() {
    return Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "Deadline exceeded.");
  }

  private final class CallerSink implements Exchange.Sink {

    @Override
    public void headers(Metadata headers) {
      if (!headersSent && !finished) {
        headersSent = true;
        peer.sendHeaders(headers);
      }
    }

    @Override
    public void message(Payload message) {
      if (!finished) {
        if (!headersSent) {
          headers(new Metadata());
        }
        if (peer.isReady()) {
          answersTaken();
        }
        peer.sendMessage(message);
      }
    }

    @Override
    public void finish(Outcome outcome) {
      pipeline.finish(Call.this, outcome);
    }

    @Override
    public boolean isReady() {
      return peer.isReady();
    }

    @Override
    public void requestMessage() {
      peer.request(1);
    }

    @Override
    public long remainingNanos() {
      return Call.this.remainingNanos();
    }
  }
}
