package io.crossdock.gateway.pipeline;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.gateway.wire.Reading;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.netty.channel.EventLoop;
import io.opentelemetry.api.trace.Span;
import java.util.HexFormat;
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
  private final Pipeline pipeline;
  private final EventLoop loop;
  private final int loopIndex;
  private final long startNanos = System.nanoTime();

  private byte[] request = NOTHING;
  private @Nullable Reading reading;
  private @Nullable Deadline deadline;
  private Span span = Span.getInvalid();
  private Metadata upstreamHeaders = new Metadata();
  private String servedBy = "";
  private boolean fromMemory;
  private @Nullable String id;

  // Where the pipeline stands with this call.
  int position;
  int proceeded;
  boolean waiting;
  boolean finished;
  Exchange.@Nullable Upstream upstream;
  private @Nullable Object @Nullable [] kept;
  private boolean headersSent;

  Call(
      Operation operation,
      Metadata headers,
      ServerCall<byte[], Payload> peer,
      Pipeline pipeline,
      EventLoop loop,
      int loopIndex) {
    this.operation = operation;
    this.headers = headers;
    this.peer = peer;
    this.pipeline = pipeline;
    this.loop = loop;
    this.loopIndex = loopIndex;
  }

  /** What is called. */
  public Operation operation() {
    return operation;
  }

  /** Metadata that came with the call. */
  public Metadata headers() {
    return headers;
  }

  /** Metadata that goes to whoever serves the call. */
  public Metadata upstreamHeaders() {
    return upstreamHeaders;
  }

  /** The event loop that owns the call. */
  public EventLoop loop() {
    return loop;
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
  public Reading reading() {
    Reading known = reading;
    if (known == null) {
      known = operation.read(request);
      reading = known;
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
  }

  /** The span of the call. */
  public Span span() {
    return span;
  }

  /** Sets the span of the call. */
  public void span(Span ofCall) {
    this.span = ofCall;
  }

  /**
   * Name of the connector that serves the call; empty before routing and on an answer from memory.
   */
  public String servedBy() {
    return servedBy;
  }

  /** Notes who serves the call. */
  public void servedBy(String connector) {
    this.servedBy = connector;
  }

  /** Whether the answer came from memory. */
  public boolean fromMemory() {
    return fromMemory;
  }

  /** Notes that the answer came from memory. */
  public void answeredFromMemory() {
    this.fromMemory = true;
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

  /** Keeps one object for the running policy, until its {@code after}. */
  public void keep(@Nullable Object object) {
    @Nullable Object[] all = kept;
    if (all == null) {
      all = new Object[pipeline.length()];
      kept = all;
    }
    all[position] = object;
  }

  /** What the running policy kept. */
  public @Nullable Object kept() {
    return kept == null ? null : kept[position];
  }

  /** Sends one message of a stream to the caller. */
  public void send(Payload payload) {
    if (!finished) {
      sendHeaders();
      peer.sendMessage(payload);
    }
  }

  /** Tells the caller that the stream has begun, before its first message. */
  public void sendHeaders() {
    if (!headersSent && !finished) {
      headersSent = true;
      peer.sendHeaders(new Metadata());
    }
  }

  /** Whether the caller can take another message without it being buffered. */
  public boolean peerIsReady() {
    return peer.isReady();
  }

  /** Asks the caller for one more message of its stream. */
  public void requestMessage() {
    peer.request(1);
  }

  /** Ends the call; later calls of this method do nothing. */
  public void finish(Outcome outcome) {
    pipeline.finish(this, outcome);
  }

  /** Ends the call with a failure. */
  public void fail(Failure failure) {
    finish(Outcome.failed(failure));
  }

  /** Whether the call has ended. */
  public boolean isFinished() {
    return finished;
  }

  /** How long the call may still take; {@link Long#MAX_VALUE} without a deadline, nanoseconds. */
  public long remainingNanos() {
    return deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
  }

  void request(byte[] message) {
    this.request = message;
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
    return Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "The answer did not come in time.");
  }
}
