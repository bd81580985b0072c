package io.crossdock.time;

import java.time.Duration;

/** Durations of protobuf as those of Java. */
public final class Durations {

  private Durations() {}

  /** The same duration; any that a protobuf message can hold, also an invalid one. */
  public static Duration toJava(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }
}
