package io.crossdock.ctl;

import io.crossdock.ops.v1.Replay;
import java.util.Locale;

/** How replays are spoken of. */
final class Replays {

  private Replays() {}

  /** One sentence. Example: {@code RP-12 is running: 900 of 1,200 events delivered.} */
  static String sentence(Replay replay) {
    String standing = "%s %s: ".formatted(replay.getReplayId(), standing(replay));
    if (replay.getDryRun()) {
      return String.format(
          Locale.ROOT, "%s%,d events match, nothing is delivered.", standing, replay.getMatched());
    }
    String delivered =
        String.format(
            Locale.ROOT,
            "%s%,d of %,d events delivered to %s",
            standing,
            replay.getDelivered(),
            replay.getMatched(),
            replay.getConsumer());
    return replay.getDeadLettered() == 0
        ? delivered + "."
        : String.format(
            Locale.ROOT, "%s, %,d became dead letters.", delivered, replay.getDeadLettered());
  }

  static String status(Replay replay) {
    return OperatorCommand.word(replay.getStatus(), "REPLAY_STATUS_");
  }

  private static String standing(Replay replay) {
    return switch (replay.getStatus()) {
      case REPLAY_STATUS_RUNNING -> "is running";
      case REPLAY_STATUS_COMPLETED -> "is complete";
      case REPLAY_STATUS_STOPPED -> "was stopped";
      case REPLAY_STATUS_FAILED -> "has failed";
      case REPLAY_STATUS_UNSPECIFIED, UNRECOGNIZED -> "is in a state that is not known";
    };
  }
}
