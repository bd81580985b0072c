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
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Delivers recorded events to a consumer again. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = {
      "Delivers recorded events to a consumer again and waits until done; Ctrl-C does not stop the"
          + " replay.",
      "Needs --id, --key or --from. Filters are combined with AND; --from and --to are about the"
          + " time of occurrence. Consumers recognise events they have processed.",
      "Without --rate events are delivered as fast as the consumer takes them.",
      "Exits with 1 if not everything was delivered."
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
      description = "Consumer that receives the events.")
  private String consumer = "";

  @Mixin private EventTypesOption types = new EventTypesOption();

  @Option(names = "--key", paramLabel = "KEY", description = "Only events with this key.")
  private String key = "";

  @Option(
      names = "--id",
      paramLabel = "UUID",
      converter = UuidConverter.class,
      description = "Only this event; can be repeated.")
  private List<UUID> ids = new ArrayList<>();

  @Mixin private TimeRangeOptions time = new TimeRangeOptions();

  @Mixin private ReasonOption reason = new ReasonOption();

  @Mixin private RateOption rate = new RateOption();

  @Option(names = "--dry-run", description = "Only count the matching events.")
  private boolean dryRun;

  @Option(names = "--no-wait", description = "Return as soon as the replay has started.")
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
    rate.check(FASTEST, this::mistake);
    if (ids.isEmpty() && key.isEmpty() && !time.hasBegin()) {
      throw mistake("--id, --key, --from: none (expected: at least one of them)");
    }
    time.check(this::mistake);
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
      out.printf("Inspect them with: ctl dead-letters list --consumer %s%n", replay.getConsumer());
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
        ReplaySelection.newBuilder().setKey(key).addAllEventTypes(types.names());
    ids.stream().distinct().map(UUID::toString).forEach(selection::addEventIds);
    time.apply(selection::setOccurredFrom, selection::setOccurredUntil);
    return StartReplayRequest.newBuilder()
        .setContext(context())
        .setConsumer(consumer)
        .setSelection(selection)
        .setDryRun(dryRun)
        .setEventsPerSecond(rate.perSecond(0))
        .setReason(reason.text())
        .build();
  }

  private Replay follow(Hub hub, Replay started) {
    // Runs when a person presses Ctrl-C, and never when the command ends by itself.
    Thread farewell =
        new Thread(() -> {
          err().println(System.lineSeparator() + "The replay continues. " + advice(started));
          err().flush();
        });
    Runtime.getRuntime().addShutdownHook(farewell);
    try (Progress progress =
        new Progress(screen(), !forProgram() && Progress.terminal().isPresent())) {
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
      err().println("The replay continues. " + advice(started));
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
    return "Follow it with: ctl events replays; stop it with: ctl events stop-replay %s --reason TEXT"
        .formatted(replay.getReplayId());
  }
}
