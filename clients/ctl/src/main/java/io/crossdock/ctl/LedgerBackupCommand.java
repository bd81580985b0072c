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

/** Brings a copy of the ledger here. */
@Command(
    name = "backup",
    mixinStandardHelpOptions = true,
    description = {
      "Brings a copy of the whole ledger, as it is at one moment, from a hub that goes on working.",
      "The file gets its name when it is complete, checked and on the disk; until then it is"
          + " FILE.part. It holds personal data, so only you may read it."
    },
    footer = {
      "",
      "Example:",
      "  ctl ledger backup /backup/ledger-2026-11-21.db --reason nightly",
      "",
      "Looked into and put back by: crossdock ledger check, crossdock ledger restore."
    })
final class LedgerBackupCommand extends OperatorCommand<LedgerBackupCommand.Copied> {

  @Parameters(paramLabel = "FILE", description = "Where it goes; must not exist yet.")
  private Path file = Path.of("");

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "back-up",
      description = "Why, for the audit. Default: ${DEFAULT-VALUE}.")
  private String reason = "";

  /** What was written. */
  record Copied(long bytes, String sha256, Timestamp asOf) {}

  LedgerBackupCommand() {
    super("ctl ledger backup", LedgerServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    if (Files.exists(file)) {
      throw mistake("%s: exists (expected: a file that is not there yet)".formatted(file));
    }
    if (!Files.isDirectory(file.toAbsolutePath().resolveSibling("."))) {
      throw mistake("%s: its directory is not there".formatted(file));
    }
  }

  @Override
  protected Copied ask(Hub hub) {
    try (AtomicFile part = AtomicFile.open(file)) {
      return copy(hub, part);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.OTHER, "%s cannot be written: %s".formatted(file, FileErrors.of(e)));
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
        new Progress(err(), !forProgram() && Progress.terminal().isPresent())) {
      while (pieces.hasNext()) {
        DownloadBackupResponse piece = pieces.next();
        part.write(piece.getChunk());
        // The hub may stamp every piece; only the first tells the moment of the copy.
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
          "The back-up is not complete: %s of %s bytes came. There is no %s; try again."
              .formatted(number(part.bytes()), number(last.getTotalBytes()), file));
    }
    if (!sha256.equals(HexFormat.of().formatHex(last.getSha256().toByteArray()))) {
      throw new CommandException(
          ExitCode.OTHER,
          "The back-up was damaged on its way: its SHA-256 is not the hub's. There is no %s; try again."
              .formatted(file));
    }
    part.publish();
    return new Copied(part.bytes(), sha256, asOf);
  }
}
