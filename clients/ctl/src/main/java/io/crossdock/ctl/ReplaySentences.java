package io.crossdock.ctl;

import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplayStatus;

/** Sentences about replays. */
final class ReplaySentences {

  private ReplaySentences() {}

  /** One sentence. Example: {@code RP-12 is running: 900 events delivered to erp-sales.} */
  static String sentence(Replay replay) {
    String begin = "%s %s: ".formatted(replay.getReplayId(), state(replay));
    if (replay.getDryRun()) {
      return begin
          + OperatorCommand.count(replay.getMatched(), "matching event")
          + ", nothing is delivered.";
    }
    // The number of matches is known at the end only, because matches are searched on the way.
    boolean through = replay.getStatus() == ReplayStatus.REPLAY_STATUS_COMPLETED;
    String delivered =
        (through ? OperatorCommand.number(replay.getDelivered()) + " of " : "")
            + OperatorCommand.count(through ? replay.getMatched() : replay.getDelivered(), "event")
            + " delivered to "
            + replay.getConsumer();
    String failed =
        switch ((int) Math.min(replay.getDeadLettered(), 2)) {
          case 0 -> "";
          case 1 -> ", 1 became a dead letter";
          default ->
              ", %s became dead letters"
                  .formatted(OperatorCommand.number(replay.getDeadLettered()));
        };
    return begin + delivered + failed + ".";
  }

  static String status(Replay replay) {
    return OperatorCommand.word(replay.getStatus(), "REPLAY_STATUS_")
        + (replay.getDryRun() ? " (dry run)" : "");
  }

  private static String state(Replay replay) {
    return switch (replay.getStatus()) {
      case REPLAY_STATUS_RUNNING -> "is running";
      case REPLAY_STATUS_COMPLETED -> "is complete";
      case REPLAY_STATUS_STOPPED -> "was stopped";
      case REPLAY_STATUS_FAILED -> "has failed";
      case REPLAY_STATUS_UNSPECIFIED, UNRECOGNIZED -> "is in an unknown state";
    };
  }
}
