package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.CheckLedgerRequest;
import io.crossdock.ops.v1.CheckLedgerResponse;
import io.crossdock.ops.v1.DownloadBackupRequest;
import io.crossdock.ops.v1.DownloadBackupResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LedgerIT {

  private static final String CONTENT = "the whole ledger";

  @TempDir private Path directory;

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
  void bringsABackUp() throws Exception {
    hub.streams(pieces(CONTENT));
    Path file = directory.resolve("ledger.db");

    Ran ran = Ran.ctl(hub, "ledger", "backup", file.toString(), "--reason", "nightly");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                """
                file     %s
                bytes    16
                sha-256  %s
                as of    2026-11-21T00:00:00Z
                """
                    .formatted(file, hex(CONTENT)),
                ""));
    assertThat(file).hasContent(CONTENT);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(names()).containsExactly("ledger.db");
    DownloadBackupRequest sent = hub.asked(DownloadBackupRequest.class);
    assertThat(sent.getReason()).isEqualTo("nightly");
    assertThat(UUID.fromString(sent.getContext().getRequestId())).isNotNull();
  }

  @Test
  void tellsProgramsWhatItBrought() throws Exception {
    hub.streams(pieces(CONTENT));
    Path file = directory.resolve("ledger.db");

    Ran ran = Ran.ctl(hub, "ledger", "backup", file.toString(), "--json");

    assertThat(ran.withoutTraceId())
        .isEqualToNormalizingNewlines(
            """
            {
              "file": "%s",
              "bytes": 16,
              "sha256": "%s",
              "as_of": "2026-11-21T00:00:00Z",
              "trace_id": "TRACE"
            }
            """
                .formatted(file, hex(CONTENT)));
  }

  @Test
  void leavesNothingWhenTheStreamBreaks() throws Exception {
    hub.breaks(
        pieces(CONTENT).subList(0, 2),
        Failure.of(Reason.REASON_SHUTTING_DOWN, "The hub is stopping.").toException());

    Ran ran = Ran.ctl(hub, "ledger", "backup", directory.resolve("ledger.db").toString());

    assertThat(ran).isEqualTo(new Ran(3, "", "The hub does not answer. Try again.\n"));
    assertThat(names()).isEmpty();
  }

  @Test
  void leavesNothingWhenTheStreamEndsTooEarly() throws Exception {
    hub.streams(pieces(CONTENT).subList(0, 2));
    Path file = directory.resolve("ledger.db");

    Ran ran = Ran.ctl(hub, "ledger", "backup", file.toString());

    assertThat(ran)
        .isEqualTo(
            new Ran(
                5,
                "",
                "The backup is incomplete: received 9 of 16 bytes. %s was not written; try again.\n"
                    .formatted(file)));
    assertThat(names()).isEmpty();
  }

  @Test
  void leavesNothingWhenTheBytesAreNotThoseOfTheHub() throws Exception {
    List<DownloadBackupResponse> pieces = new ArrayList<>(pieces(CONTENT));
    pieces.set(0, pieces.get(0).toBuilder().setChunk(ByteString.copyFromUtf8("THE ")).build());
    hub.streams(pieces);
    Path file = directory.resolve("ledger.db");

    Ran ran = Ran.ctl(hub, "ledger", "backup", file.toString());

    assertThat(ran.err())
        .isEqualTo(
            "The backup was corrupted in transit: its SHA-256 differs from the hub's."
                + " %s was not written; try again.\n".formatted(file));
    assertThat(ran.exit()).isEqualTo(5);
    assertThat(names()).isEmpty();
  }

  @Test
  void refusesAFileThatExists() throws Exception {
    Path file = Files.writeString(directory.resolve("ledger.db"), "yesterday's");

    Ran ran = Ran.ctl(hub, "ledger", "backup", file.toString());

    assertThat(ran.err()).startsWith(file + ": already exists (expected: a new file)\n");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(file).hasContent("yesterday's");
    assertThat(hub.asked).isEmpty();
  }

  @Test
  void writesOverWhatAKilledAttemptLeft() throws Exception {
    hub.streams(pieces(CONTENT));
    Path file = directory.resolve("ledger.db");
    Files.writeString(directory.resolve("ledger.db.part"), "half of a much longer ledger");

    Ran ran = Ran.ctl(hub, "ledger", "backup", file.toString());

    assertThat(ran.exit()).isZero();
    assertThat(file).hasContent(CONTENT);
    assertThat(names()).containsExactly("ledger.db");
  }

  @Test
  void leavesTheFileToTheOneThatIsWritingIt() throws Exception {
    Path file = directory.resolve("ledger.db");

    Ran ran;
    try (AtomicFile _ = AtomicFile.open(file)) {
      ran = Ran.ctl(hub, "ledger", "backup", file.toString());
    }

    assertThat(ran)
        .isEqualTo(new Ran(5, "", "Cannot write " + file + ": another process is writing it\n"));
    assertThat(hub.asked).isEmpty();
  }

  @Test
  void saysThatTheDirectoryIsNotThere() {
    Path file = directory.resolve("none/ledger.db");

    Ran ran = Ran.ctl(hub, "ledger", "backup", file.toString());

    assertThat(ran.err()).startsWith(file + ": the directory does not exist\n");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(hub.asked).isEmpty();
  }

  @Test
  void saysWhatTheHubSaysOfAnotherDatabase() {
    hub.fails(
        Failure.of(Reason.REASON_INVALID_STATE, "The ledger is on PostgreSQL.").toException());

    Ran ran = Ran.ctl(hub, "ledger", "backup", directory.resolve("ledger.db").toString());

    assertThat(ran).isEqualTo(new Ran(5, "", "The ledger is on PostgreSQL.\n"));
  }

  @Test
  void tellsThatTheLedgerIsWhole() {
    hub.answers(
        CheckLedgerResponse.class,
        """
        whole: true engine: "SQLITE" version: "5" events: 1250000 audit_records: 90211
        audit_head { sequence: 90211 hash: "%s" } unchecked: 12
        """
            .formatted("\\253".repeat(32)));

    assertThat(Ran.ctl(hub, "ledger", "check", "--head", "90000:" + "ab".repeat(32)))
        .isEqualTo(
            new Ran(
                0,
                """
                engine            SQLITE
                version           5
                events            1,250,000
                audit records     90,211
                audit head        90211:%s
                without checksum  12
                The ledger is intact.
                """
                    .formatted("ab".repeat(32)),
                ""));
    assertThat(hub.asked(CheckLedgerRequest.class).getKnownHead().getSequence()).isEqualTo(90000);
  }

  @Test
  void endsWithOneWhenTheLedgerIsNotWhole() {
    hub.answers(
        CheckLedgerResponse.class,
        """
        engine: "SQLITE" version: "5" findings: "audit record 88412: CHANGED"
        findings: "member M-1001: event 17 is missing"
        """);

    Ran ran = Ran.ctl(hub, "ledger", "check");

    assertThat(ran.out())
        .endsWith(
            """
            The ledger is damaged:
              audit record 88412: CHANGED
              member M-1001: event 17 is missing
            """);
    assertThat(ran.exit()).isEqualTo(1);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(each -> String.valueOf(each.getFileName())).sorted().toList();
    }
  }

  private static List<DownloadBackupResponse> pieces(String content) throws Exception {
    ByteString bytes = ByteString.copyFromUtf8(content);
    DownloadBackupResponse piece =
        DownloadBackupResponse.newBuilder().setTotalBytes(bytes.size()).build();
    return List.of(
        piece.toBuilder()
            .setChunk(bytes.substring(0, 4))
            .setFreshness(
                Freshness.newBuilder()
                    .setAsOf(OperatorCommand.timestamp(Instant.parse("2026-11-21T00:00:00Z"))))
            .build(),
        piece.toBuilder()
            .setChunk(bytes.substring(4, 9))
            .setFreshness(Freshness.newBuilder().setMode(Freshness.Mode.MODE_LIVE))
            .build(),
        piece.toBuilder()
            .setChunk(bytes.substring(9))
            .setSha256(
                ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray())))
            .build());
  }

  private static String hex(String content) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8)));
  }
}
