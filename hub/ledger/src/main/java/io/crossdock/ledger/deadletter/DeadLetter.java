package io.crossdock.ledger.deadletter;

import io.crossdock.ledger.event.StoredEvent;
import java.time.Instant;

/**
 * An event that a consumer could not take, or one that waits behind such an event.
 *
 * @param id of the dead letter
 * @param consumer that could not take it
 * @param event as it would be delivered now
 * @param status where it stands
 * @param reason why it could not be taken, a reason of the contract without prefix
 * @param message the failure in a sentence
 * @param attempts how often it was delivered
 * @param failedAt when it came here
 */
public record DeadLetter(
    long id,
    String consumer,
    StoredEvent event,
    Status status,
    String reason,
    String message,
    int attempts,
    Instant failedAt) {

  /** Where a dead letter stands. */
  public enum Status {
    /** Waits for a person. */
    WAITING,
    /** Is to be delivered again. */
    RELEASED,
    /** Is well, but waits for an earlier event of its key. */
    BEHIND,
    /** Was taken after all. */
    DELIVERED,
    /** Was given up by a person. */
    DISCARDED
  }

  /** Whether it is neither delivered nor given up. */
  public boolean isOpen() {
    return switch (status) {
      case WAITING, RELEASED, BEHIND -> true;
      case DELIVERED, DISCARDED -> false;
    };
  }

  /**
   * Something that happened to a dead letter.
   *
   * @param action what. Example: {@code RELEASED}
   * @param actor who; empty when the hub did it
   * @param reason why
   * @param before the event as it was before an edit; null for other actions
   */
  public record History(
      Instant at,
      String action,
      String actor,
      String reason,
      io.crossdock.event.v1.@org.jspecify.annotations.Nullable EventEnvelope before) {}
}
