package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PointsAccrued;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.DownloadBackupRequest;
import io.crossdock.ops.v1.DownloadBackupResponse;
import io.crossdock.ops.v1.EditDeadLetterRequest;
import io.crossdock.ops.v1.EditDeadLetterResponse;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.ops.v1.GetReplayRequest;
import io.crossdock.ops.v1.StartReplayResponse;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as processes of their own: those that open an editor, and those that are ended. */
final class CtlProcessIT {

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final String FOUND =
      "dead_letter { %s } event { %s }".formatted(Scripts.LETTER, Scripts.POINTS_EVENT);

  @TempDir private Path directory;
  @TempDir private Path drafts;

  private ScriptedHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = new ScriptedHub();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void sendsWhatWasWrittenInTheEditor() throws Exception {
    hub.answers(GetDeadLetterResponse.class, FOUND);
    hub.answers(EditDeadLetterResponse.class, "dead_letter { %s }".formatted(Scripts.LETTER));

    Ran ran = edit("sed -i s/120/12/");

    assertThat(ran.out()).startsWith("D-771 is edited.");
    assertThat(ran.exit()).isZero();
    EventEnvelope edited = hub.asked(EditDeadLetterRequest.class).getEvent();
    assertThat(edited.getData().unpack(PointsAccrued.class).getPoints().getUnits()).isEqualTo(12);
    assertThat(drafts).isEmptyDirectory();
  }

  @Test
  void keepsWhatWasWrittenWhenTheHubRefusesIt() throws Exception {
    hub.answers(GetDeadLetterResponse.class, FOUND);
    hub.fails(
        Failure.of(Reason.REASON_RULE_VIOLATED, "The event breaks rules of its contract.")
            .withViolations(
                List.of(new Failure.Violation("data.points", "int64.gt", "must be above 0")))
            .toException());

    Ran ran = edit("sed -i s/120/-12/");

    Path kept = only(drafts);
    assertThat(ran)
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                What you wrote is kept. Go on with: ctl dead-letters edit D-771 --reason TEXT --file %s
                The hub refuses these arguments as invalid.
                  data.points: must be above 0
                """
                    .formatted(kept)));
    assertThat(kept).content().contains("\"units\": \"-12\"");
  }

  @Test
  void keepsWhatWasWrittenWhenItIsNoEvent() throws Exception {
    hub.answers(GetDeadLetterResponse.class, FOUND);

    Ran ran = edit("sed -i s/sequence/sequenz/");

    Path kept = only(drafts);
    assertThat(ran.err())
        .startsWith("What you wrote is kept.")
        .contains(kept + ": is no event (Cannot find field: sequenz in message");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(hub.asked).hasSize(1);
  }

  @Test
  void sendsNothingWhenTheEditorFails() throws Exception {
    hub.answers(GetDeadLetterResponse.class, FOUND);

    Ran ran = edit("false");

    assertThat(ran.err()).endsWith("false ended with 1; nothing was sent.\n");
    assertThat(ran.exit()).isEqualTo(5);
    assertThat(hub.asked).hasSize(1);
  }

  @Test
  void leavesAReplayGoingWhenItIsEnded() throws Exception {
    hub.answers(
        StartReplayResponse.class,
        "replay { replay_id: \"RP-12\" status: REPLAY_STATUS_RUNNING matched: 1200 }");
    hub.streamsOn(List.of());
    Running running =
        run("", "events", "replay", "--consumer", "erp", "--key", "M-1", "--reason", "lost");

    awaitRequest(GetReplayRequest.class, running);
    running.process().destroy();

    assertThat(running.end().err())
        .isEqualTo(
            "\nThe replay goes on. Look with: ctl events replays;"
                + " stop it with: ctl events stop-replay RP-12 --reason TEXT\n");
  }

  @Test
  void leavesNothingOfABackUpWhenItIsEnded() throws Exception {
    hub.streamsOn(List.of(DownloadBackupResponse.newBuilder().setTotalBytes(100).build()));
    Running running = run("", "ledger", "backup", directory.resolve("ledger.db").toString());

    awaitRequest(DownloadBackupRequest.class, running);
    assertThat(directory.resolve("ledger.db.part")).exists();
    running.process().destroy();

    assertThat(running.end().exit()).isNotZero();
    assertThat(directory.resolve("ledger.db.part")).doesNotExist();
    assertThat(directory.resolve("ledger.db")).doesNotExist();
  }

  /** A command that runs. */
  private record Running(Process process, File out, File err) {

    Ran end() throws Exception {
      try {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      } finally {
        process.destroyForcibly();
      }
      return new Ran(
          process.exitValue(), Files.readString(out.toPath()), Files.readString(err.toPath()));
    }
  }

  private Ran edit(String editor) throws Exception {
    return run(editor, "dead-letters", "edit", "D-771", "--reason", "a zero too many").end();
  }

  private Running run(String editor, String... arguments) throws IOException {
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + drafts,
            "-cp",
            System.getProperty("java.class.path"),
            CtlMain.class.getName());
    builder.command().addAll(List.of(arguments));
    builder.command().addAll(List.of("--hub", hub.address()));
    builder.environment().keySet().removeIf(name -> name.startsWith("OTEL_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("VISUAL");
    builder.environment().put("EDITOR", editor);
    return new Running(builder.redirectOutput(out).redirectError(err).start(), out, err);
  }

  private void awaitRequest(Class<?> type, Running running) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (hub.asked.stream().noneMatch(type::isInstance)) {
      assertThat(running.process().isAlive() && System.nanoTime() < end)
          .describedAs("a request: " + type.getSimpleName())
          .isTrue();
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static Path only(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }
}
