package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.wire.Payload;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Whoever serves the calls, as a test wants it. */
public final class Backend implements Exchange {

  private final BiConsumer<Call, Sink> onCall;
  private final BlockingQueue<Begun> calls = new LinkedBlockingQueue<>();
  private final List<String> cancelled = new CopyOnWriteArrayList<>();
  private final List<String> reached = new CopyOnWriteArrayList<>();

  private Backend(BiConsumer<Call, Sink> onCall) {
    this.onCall = onCall;
  }

  /**
   * One exchange that has begun.
   *
   * @param sink who waits for it
   */
  public record Begun(Call call, Sink sink) {

    /** Ends the exchange on the call's event loop. */
    public void finish(Outcome outcome) {
      call.loop().execute(() -> sink.finish(outcome));
    }

    /** Answers on the call's event loop. */
    public void answer(byte[] body) {
      finish(new Outcome.Answered(Payload.of(body)));
    }

    /** Sends one message of a stream on the call's event loop. */
    public void message(byte[] body) {
      call.loop().execute(() -> sink.message(Payload.of(body)));
    }
  }

  /** Does something with each call, on its event loop. */
  public static Backend doing(BiConsumer<Call, Sink> onCall) {
    return new Backend(onCall);
  }

  /** Answers every call with the same bytes. */
  public static Backend answering(byte[] body) {
    return new Backend((call, sink) -> sink.finish(new Outcome.Answered(Payload.of(body))));
  }

  /** Lets every call wait; {@link #next} hands them out. */
  public static Backend silent() {
    return new Backend((call, sink) -> {});
  }

  @Override
  public Upstream begin(Call call, Sink sink) {
    calls.add(new Begun(call, sink));
    onCall.accept(call, sink);
    return new Upstream() {
      @Override
      public void message(byte[] message) {
        reached.add("message " + message.length);
      }

      @Override
      public void halfClose() {
        reached.add("half-close");
      }

      @Override
      public void peerReady() {
        reached.add("peer ready");
      }

      @Override
      public void cancel(String why) {
        cancelled.add(why);
      }
    };
  }

  /** How many calls came that {@link #next} has not handed out. */
  public int waiting() {
    return calls.size();
  }

  /** The next call that came; waits for it. */
  public Begun next() {
    try {
      Begun call = calls.poll(10, TimeUnit.SECONDS);
      if (call == null) {
        throw new AssertionError("no call came");
      }
      return call;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Why calls were cancelled. */
  public List<String> cancelled() {
    return List.copyOf(cancelled);
  }

  /** What else reached the serving side. */
  public List<String> reached() {
    return List.copyOf(reached);
  }
}
