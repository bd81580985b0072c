package io.crossdock.ctl;

import io.crossdock.ops.v1.ListDeadLettersRequest;
import picocli.CommandLine.Option;

/** Which dead letters; all that is given must match. */
final class DeadLetterFilterOptions {

  @Option(names = "--consumer", paramLabel = "NAME", description = "Only of this consumer.")
  private String consumer = "";

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      converter = EventTypes.class,
      description = "Only events of this type, for example PointsAccrued.")
  private String type = "";

  @Option(names = "--key", paramLabel = "KEY", description = "Only events with this key.")
  private String key = "";

  DeadLetterFilterOptions() {}

  boolean isEmpty() {
    return consumer.isEmpty() && type.isEmpty() && key.isEmpty();
  }

  ListDeadLettersRequest.Builder request() {
    return ListDeadLettersRequest.newBuilder().setConsumer(consumer).setEventType(type).setKey(key);
  }
}
