package io.crossdock.ctl;

import com.google.gson.JsonObject;
import com.google.protobuf.Timestamp;
import io.crossdock.ops.v1.DownloadBackupRequest;
import io.crossdock.ops.v1.DownloadBackupResponse;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.crossdock.terminal.CommandException;
import io.crossdock.terminal.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Iterator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Downloads a backup of the ledger. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Downloads a consistent copy of the whole ledger from a running hub.",
      "The copy is written to FILE.part, and renamed to FILE once it is complete, verified and"
          + " flushed to disk. It contains personal data; only you can read it."
    },
    footer = {
      "",
      "Example:",
      "  ctl ledger backup /backup/ledger-2026-11-21.db --reason nightly",
      "",
      "See also: crossdock ledger check, crossdock ledger restore."
    })
final class LedgerBackupCommand extends OperatorCommand<LedgerBackupCommand.Copied> {

  @Parameters(paramLabel = "FILE", description = "Output file; must not exist.")
  private Path file = Path.of("");

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "backup",
      description = "Reason, recorded in the audit trail. Default: ${DEFAULT-VALUE}.")
  private String reason = "";

  /** What was written. */
  record Copied(long bytes, String sha256, Timestamp asOf) {}

  LedgerBackupCommand() {
    super("ctl ledger backup", LedgerServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    if (Files.exists(file)) {
      throw mistake("%s: already exists (expected: a new file)".formatted(file));
    }
    if (!Files.isDirectory(file.toAbsolutePath().resolveSibling("."))) {
      throw mistake("%s: the directory does not exist".formatted(file));
    }
  }

  @Override
  protected Copied ask(Hub hub) {
    try (AtomicFile part = AtomicFile.open(file)) {
      return copy(hub, part);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.OTHER, "Cannot write %s: %s".formatted(file, FileErrors.of(e)));
    }
  }

  @Override
  protected void print(Copied copied, PrintWriter out) {
    new KeyValues()
        .add("file", file.toString())
        .add("bytes", number(copied.bytes()))
        .add("sha-256", copied.sha256())
        .add("as of", moment(copied.asOf()))
        .print(out);
  }

  @Override
  protected JsonObject json(Copied copied) {
    JsonObject json = new JsonObject();
    json.addProperty("file", file.toString());
    json.addProperty("bytes", copied.bytes());
    json.addProperty("sha256", copied.sha256());
    json.addProperty("as_of", moment(copied.asOf()));
    return json;
  }

  private Copied copy(Hub hub, AtomicFile part) throws IOException {
    Iterator<DownloadBackupResponse> pieces =
        hub.stub(LedgerServiceGrpc::newBlockingStub)
            .downloadBackup(
                DownloadBackupRequest.newBuilder().setContext(context()).setReason(reason).build());
    DownloadBackupResponse last = DownloadBackupResponse.getDefaultInstance();
    Timestamp asOf = Timestamp.getDefaultInstance();
    try (Progress progress =
        new Progress(screen(), !forProgram() && Progress.terminal().isPresent())) {
      while (pieces.hasNext()) {
        DownloadBackupResponse piece = pieces.next();
        part.write(piece.getChunk());
        // The hub may stamp every piece; only the first has the time of the copy.
        if (piece.getFreshness().hasAsOf()) {
          asOf = piece.getFreshness().getAsOf();
        }
        last = piece;
        progress.say(
            () -> "%s of %s bytes".formatted(number(part.bytes()), number(piece.getTotalBytes())));
      }
    }
    String sha256 = part.sha256();
    if (last.getSha256().isEmpty() || part.bytes() != last.getTotalBytes()) {
      throw new CommandException(
          ExitCode.OTHER,
          "The backup is incomplete: received %s of %s bytes. %s was not written; try again."
              .formatted(number(part.bytes()), number(last.getTotalBytes()), file));
    }
    if (!sha256.equals(HexFormat.of().formatHex(last.getSha256().toByteArray()))) {
      throw new CommandException(
          ExitCode.OTHER,
          "The backup was corrupted in transit: its SHA-256 differs from the hub's. %s was not written; try again."
              .formatted(file));
    }
    part.publish();
    return new Copied(part.bytes(), sha256, asOf);
  }
}
