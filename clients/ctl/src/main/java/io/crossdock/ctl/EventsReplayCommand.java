package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.ops.v1.GetReplayRequest;
import io.crossdock.ops.v1.GetReplayResponse;
import io.crossdock.ops.v1.Replay;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.ReplayServiceGrpc;
import io.crossdock.ops.v1.ReplayStatus;
import io.crossdock.ops.v1.StartReplayRequest;
import io.crossdock.terminal.ExitCode;
import io.crossdock.terminal.ProtoJson;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Delivers events of the past to a consumer again. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Delivers events of the past to a consumer again, and waits until it is done; Ctrl-C leaves"
          + " it going.",
      "Needs --id, --key or --from; all that is given must match. Consumers recognise what they"
          + " had before.",
      "Ends with 1 when not everything was delivered."
    },
    footer = {
      "",
      "Examples:",
      "  ctl events replay --consumer erp-sales --from 2026-11-20 --to 2026-11-21 \\",
      "      --type PointsAccrued --reason \"lost a day\" --dry-run",
      "  ctl events replay --consumer erp-sales --key M-1001 --reason \"lost it\""
    })
final class EventsReplayCommand extends OperatorCommand<Replay> {

  private static final int FASTEST = 100_000;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  @Option(
      names = "--consumer",
      required = true,
      paramLabel = "NAME",
      description = "Who gets the events.")
  private String consumer = "";

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      converter = EventTypes.class,
      description = "Only events of this type, for example PointsAccrued; may be repeated.")
  private List<String> types = new ArrayList<>();

  @Option(names = "--key", paramLabel = "KEY", description = "Only events with this key.")
  private String key = "";

  @Option(
      names = "--id",
      paramLabel = "UUID",
      converter = UuidConverter.class,
      description = "Only this event; may be repeated.")
  private List<UUID> ids = new ArrayList<>();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Happened at or after: " + InstantConverter.HELP)
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Happened before this moment. Default: now.")
  private @Nullable Instant to;

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for the audit.")
  private String reason = "";

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Most each second, up to 100000. Default: as fast as the consumer takes them.")
  private int rate;

  @Option(names = "--dry-run", description = "Only count the events.")
  private boolean dryRun;

  @Option(names = "--no-wait", description = "Start it and end.")
  private boolean noWait;

  EventsReplayCommand() {
    super("ctl events replay", ReplayServiceGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no consumer %s.".formatted(consumer);
  }

  @Override
  protected void check() {
    if (rate < 0 || rate > FASTEST) {
      throw mistake("--rate: %d (expected: 0..%d, 0 for no limit)".formatted(rate, FASTEST));
    }
    if (ids.isEmpty() && key.isEmpty() && from == null) {
      throw mistake("--id, --key, --from: none (expected: at least one of them)");
    }
    if (from != null && to != null && !from.isBefore(to)) {
      throw mistake("--to: %s (expected: a moment after --from, %s)".formatted(to, from));
    }
  }

  @Override
  protected Replay ask(Hub hub) {
    Replay replay = hub.stub(ReplayServiceGrpc::newBlockingStub).startReplay(request()).getReplay();
    return noWait ? replay : follow(hub, replay);
  }

  @Override
  protected ExitCode exit(Replay replay) {
    boolean well =
        switch (replay.getStatus()) {
          case REPLAY_STATUS_COMPLETED -> replay.getDeadLettered() == 0;
          case REPLAY_STATUS_RUNNING -> true;
          case REPLAY_STATUS_STOPPED,
              REPLAY_STATUS_FAILED,
              REPLAY_STATUS_UNSPECIFIED,
              UNRECOGNIZED ->
              false;
        };
    return well ? ExitCode.OK : ExitCode.NOT_FOUND;
  }

  @Override
  protected void print(Replay replay, PrintWriter out) {
    out.println(ReplaySentences.sentence(replay));
    if (replay.getDeadLettered() > 0) {
      out.printf("Look at them with: ctl dead-letters list --consumer %s%n", replay.getConsumer());
    }
    if (replay.getStatus() == ReplayStatus.REPLAY_STATUS_RUNNING) {
      out.println(advice(replay));
    }
  }

  @Override
  protected JsonObject json(Replay replay) {
    return ProtoJson.of(GetReplayResponse.newBuilder().setReplay(replay).build());
  }

  private StartReplayRequest request() {
    ReplaySelection.Builder selection =
        ReplaySelection.newBuilder()
            .setKey(key)
            .addAllEventTypes(types.stream().distinct().toList());
    ids.stream().distinct().map(UUID::toString).forEach(selection::addEventIds);
    if (from != null) {
      selection.setOccurredFrom(timestamp(from));
    }
    if (to != null) {
      selection.setOccurredUntil(timestamp(to));
    }
    return StartReplayRequest.newBuilder()
        .setContext(context())
        .setConsumer(consumer)
        .setSelection(selection)
        .setDryRun(dryRun)
        .setEventsPerSecond(rate)
        .setReason(reason)
        .build();
  }

  private Replay follow(Hub hub, Replay started) {
    // Runs when a person presses Ctrl-C, and never when the command ends by itself.
    Thread farewell =
        new Thread(() -> {
          err().println(System.lineSeparator() + "The replay goes on. " + advice(started));
          err().flush();
        });
    Runtime.getRuntime().addShutdownHook(farewell);
    try (Progress progress =
        new Progress(err(), !forProgram() && Progress.terminal().isPresent())) {
      Replay replay = started;
      while (replay.getStatus() == ReplayStatus.REPLAY_STATUS_RUNNING) {
        Replay now = replay;
        progress.say(() -> ReplaySentences.sentence(now));
        LockSupport.parkNanos(LOOK_NANOS);
        replay =
            hub.stub(ReplayServiceGrpc::newBlockingStub)
                .getReplay(GetReplayRequest.newBuilder().setReplayId(started.getReplayId()).build())
                .getReplay();
      }
      return replay;
    } catch (StatusRuntimeException e) {
      err().println("The replay goes on. " + advice(started));
      throw e;
    } finally {
      remove(farewell);
    }
  }

  private static void remove(Thread farewell) {
    try {
      Runtime.getRuntime().removeShutdownHook(farewell);
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }

  private static String advice(Replay replay) {
    return "Look with: ctl events replays; stop it with: ctl events stop-replay %s --reason TEXT"
        .formatted(replay.getReplayId());
  }
}
