package io.crossdock.answer;

import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Freshness;
import io.crossdock.failure.FailureException;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.function.Supplier;

/** How a service inside the hub answers. */
public final class Answers {

  private Answers() {}

  /** Ends a call with the message that is made for it, or with the failure that its making met. */
  public static <T> void reply(StreamObserver<T> answer, Supplier<T> response) {
    T message;
    try {
      message = response.get();
    } catch (FailureException e) {
      answer.onError(e.failure().toException());
      return;
    }
    answer.onNext(message);
    answer.onCompleted();
  }

  /** Source and age of an answer that the hub makes itself, at this moment. */
  public static Freshness live(Clock clock) {
    return Freshness.newBuilder()
        .setSourceSystem("hub")
        .setAsOf(Timestamps.fromMillis(clock.millis()))
        .setMode(Freshness.Mode.MODE_LIVE)
        .build();
  }
}
