package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.wire.Payload;
import io.grpc.Metadata;

/**
 * The end of the pipeline: whoever serves a call, or a decorator around it.
 *
 * <p>One exchange serves the calls of one operation on every event loop. What belongs to one call
 * lives in what {@link #begin} makes. Every method of all three interfaces runs on the event loop
 * of the call that it was begun for, and none of them blocks.
 */
public interface Exchange {

  /**
   * Begins to serve a call.
   *
   * <p>The sink gets exactly one outcome, during this method or later, unless the upstream is
   * cancelled before. An exchange never ends the call itself; a decorator may therefore begin an
   * exchange again, begin several, or replace the outcome.
   *
   * @param call what is asked; it may have ended before the exchange has, when the exchange works
   *     on for others
   * @param sink who waits for the answer
   * @return what reaches the serving side from now on
   */
  Upstream begin(Call call, Sink sink);

  /** Who waits for an answer: the caller, or the decorator that began the exchange. */
  interface Sink {

    /** The answer begins; at most once, before the first message. Only streams announce it. */
    void headers(Metadata headers);

    /** One message of a stream. */
    void message(Payload message);

    /** The exchange has ended. Whatever comes after it is ignored. */
    void finish(Outcome outcome);

    /** Whether another message can be taken without being buffered. */
    boolean isReady();

    /** Asks for one more message of the caller's stream. */
    void requestMessage();

    /**
     * How long the outcome is waited for, nanoseconds; {@link Long#MAX_VALUE} without a deadline.
     */
    long remainingNanos();
  }

  /** What reaches the serving side of an exchange that has begun. */
  interface Upstream {

    /** An exchange that ended before it began. */
    Upstream ENDED = (UnaryUpstream) why -> {};

    /** One more message of a client stream. */
    void message(byte[] message);

    /** The caller has no more messages. */
    void halfClose();

    /** The sink can take messages again. */
    void peerReady();

    /** Nobody waits for the outcome any more; harmless when there was one. */
    void cancel(String why);
  }

  /**
   * What reaches the serving side of a unary call whose request has gone out: that nobody waits any
   * more, and nothing else.
   */
  @FunctionalInterface
  interface UnaryUpstream extends Upstream {

    @Override
    default void message(byte[] message) {}

    @Override
    default void halfClose() {}

    @Override
    default void peerReady() {}
  }
}
