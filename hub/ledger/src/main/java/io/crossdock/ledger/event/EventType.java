package io.crossdock.ledger.event;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.crossdock.policy.v1.EventPolicy;
import io.crossdock.policy.v1.Lane;

/**
 * A kind of event, as its contract describes it.
 *
 * @param message type of its data
 * @param aggregate kind of thing it tells of. Example: {@code member}
 * @param key field of the data that holds the aggregate's id
 * @param lane stream of delivery
 * @param owner team that owns the contract
 */
public record EventType(
    Descriptor message, String aggregate, FieldDescriptor key, Lane lane, String owner) {

  /** Full name of its message. */
  public String name() {
    return message.getFullName();
  }

  /**
   * Reads the contract's option.
   *
   * @throws IllegalArgumentException when the option contradicts the message
   */
  static EventType of(Descriptor message, EventPolicy policy) {
    FieldDescriptor key = message.findFieldByName(policy.getKey());
    if (key == null || key.isRepeated() || key.getJavaType() != FieldDescriptor.JavaType.STRING) {
      throw new IllegalArgumentException(
          message.getFullName()
              + ": key "
              + policy.getKey()
              + " (expected: a string field of the message)");
    }
    if (policy.getAggregate().isEmpty()) {
      throw new IllegalArgumentException(message.getFullName() + ": aggregate is missing");
    }
    if (!EventLog.LANES.contains(policy.getLane())) {
      throw new IllegalArgumentException(
          message.getFullName()
              + ": lane "
              + policy.getLane()
              + " (expected: one of "
              + EventLog.LANES
              + ")");
    }
    return new EventType(message, policy.getAggregate(), key, policy.getLane(), policy.getOwner());
  }
}
