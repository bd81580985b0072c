package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PointsAccrued;
import io.crossdock.event.v1.SubscribeResponse;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.DownloadBackupRequest;
import io.crossdock.ops.v1.DownloadBackupResponse;
import io.crossdock.ops.v1.EditDeadLetterRequest;
import io.crossdock.ops.v1.EditDeadLetterResponse;
import io.crossdock.ops.v1.GetCacheStatisticsResponse;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.ops.v1.GetReplayRequest;
import io.crossdock.ops.v1.ListRoutesResponse;
import io.crossdock.ops.v1.StartReplayResponse;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
                Your edit is kept. Continue with: ctl dead-letters edit D-771 --reason TEXT --file %s
                The hub rejected the request as invalid.
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
        .startsWith("Your edit is kept.")
        .contains(kept + ": not an event (Cannot find field: sequenz in message");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(hub.asked).hasSize(1);
  }

  @Test
  void sendsNothingWhenTheEditorFails() throws Exception {
    hub.answers(GetDeadLetterResponse.class, FOUND);

    Ran ran = edit("false");

    assertThat(ran.err()).endsWith("false exited with 1; nothing was sent.\n");
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
            "\nThe replay continues. Follow it with: ctl events replays;"
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

  @Test
  void failsWhenItsOutputCannotBeWritten() throws Exception {
    assumeThat(Path.of("/dev/full")).exists();
    hub.answers(ListRoutesResponse.class, "routes { service: \"a.A\" }");

    Running running = run("", List.of(), new File("/dev/full"), "routes");

    assertThat(running.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(running.process().exitValue()).isEqualTo(5);
    assertThat(running.err())
        .content()
        .startsWith("The output could not be written: No space left");
  }

  @Test
  void endsWhenNobodyReadsItsEventsAnyMore() throws Exception {
    SubscribeResponse event =
        SubscribeResponse.newBuilder()
            .setEvent(ScriptedHub.message(EventEnvelope.class, Scripts.POINTS_EVENT))
            .build();
    hub.streamsOn(List.of(event));

    Process process =
        new ProcessBuilder(piped("events", "tail", "--json"))
            .redirectError(directory.resolve("err").toFile())
            .redirectOutput(directory.resolve("out").toFile())
            .start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(directory.resolve("out")).content().hasLineCount(1);
    assertThat(directory.resolve("err")).hasContent("exit 0");
  }

  @ParameterizedTest
  @CsvSource({"ar,EG", "fa,IR"})
  void printsTheSameFiguresInEveryLocale(String language, String country) throws Exception {
    hub.answers(GetCacheStatisticsResponse.class, "total { entries: 51200 } max_bytes: 67108864");

    Running running =
        run(
            "",
            List.of("-Duser.language=" + language, "-Duser.country=" + country),
            directory.resolve("out").toFile(),
            "cache");
    Ran ran = running.end();

    assertThat(ran.exit()).describedAs(ran.err()).isZero();
    assertThat(ran.out())
        .contains("51,200")
        .endsWith("at most 67,108,864 bytes; counted since -\n");
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

  private List<String> piped(String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("/bin/sh", "-c", "{ \"$@\"; echo exit $? >&2; } | head -1", "sh"));
    command.addAll(command(List.of(), arguments));
    return command;
  }

  private Running run(String editor, String... arguments) throws IOException {
    return run(editor, List.of(), directory.resolve("out").toFile(), arguments);
  }

  private List<String> command(List<String> options, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + drafts));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), CtlMain.class.getName()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--hub", hub.address()));
    return command;
  }

  private Running run(String editor, List<String> options, File out, String... arguments)
      throws IOException {
    File err = directory.resolve("err").toFile();
    ProcessBuilder builder = new ProcessBuilder(command(options, arguments));
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
