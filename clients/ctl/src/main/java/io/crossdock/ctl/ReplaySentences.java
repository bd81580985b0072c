package io.crossdock.ctl;

import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplayStatus;

/** How replays are spoken of. */
final class ReplaySentences {

  private ReplaySentences() {}

  /** One sentence. Example: {@code RP-12 is running: 900 events delivered to erp-sales.} */
  static String sentence(Replay replay) {
    String begin = "%s %s: ".formatted(replay.getReplayId(), standing(replay));
    if (replay.getDryRun()) {
      return begin
          + OperatorCommand.count(replay.getMatched(), "matching event")
          + ", nothing is delivered.";
    }
    // How many match is known when it is through, because it looks for them as it goes.
    boolean through = replay.getStatus() == ReplayStatus.REPLAY_STATUS_COMPLETED;
    String delivered =
        (through ? OperatorCommand.number(replay.getDelivered()) + " of " : "")
            + OperatorCommand.count(through ? replay.getMatched() : replay.getDelivered(), "event")
            + " delivered to "
            + replay.getConsumer();
    String sick =
        switch ((int) Math.min(replay.getDeadLettered(), 2)) {
          case 0 -> "";
          case 1 -> ", 1 became a dead letter";
          default ->
              ", %s became dead letters"
                  .formatted(OperatorCommand.number(replay.getDeadLettered()));
        };
    return begin + delivered + sick + ".";
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
