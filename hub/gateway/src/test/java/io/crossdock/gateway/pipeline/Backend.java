package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.wire.Payload;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Whoever serves the calls, as a test wants it. */
public final class Backend implements Exchange {

  private final Consumer<Call> onCall;
  private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
  private final List<String> cancelled = new CopyOnWriteArrayList<>();

  private Backend(Consumer<Call> onCall) {
    this.onCall = onCall;
  }

  /** Does something with each call, on its event loop. */
  public static Backend doing(Consumer<Call> onCall) {
    return new Backend(onCall);
  }

  /** Answers every call with the same bytes. */
  public static Backend answering(byte[] body) {
    return new Backend(call -> call.finish(new Outcome.Answered(Payload.of(body))));
  }

  /** Lets every call wait; {@link #next} hands them out. */
  public static Backend silent() {
    return new Backend(call -> {});
  }

  @Override
  public Upstream begin(Call call) {
    calls.add(call);
    onCall.accept(call);
    return new Upstream() {
      @Override
      public void message(byte[] message) {}

      @Override
      public void halfClose() {}

      @Override
      public void peerReady() {}

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
  public Call next() {
    try {
      Call call = calls.poll(10, TimeUnit.SECONDS);
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

  /** Ends a call on its event loop. */
  public static void finish(Call call, Outcome outcome) {
    call.loop().execute(() -> call.finish(outcome));
  }

  /** Answers a call on its event loop. */
  public static void answer(Call call, byte[] body) {
    finish(call, new Outcome.Answered(Payload.of(body)));
  }
}
