package io.crossdock.ledger.backup;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.crossdock.answer.Answers;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ledger.audit.AuditCheck;
import io.crossdock.ledger.audit.Head;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.SqliteDatabase;
import io.crossdock.ledger.store.Store;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.CheckLedgerRequest;
import io.crossdock.ops.v1.CheckLedgerResponse;
import io.crossdock.ops.v1.DownloadBackupRequest;
import io.crossdock.ops.v1.DownloadBackupResponse;
import io.crossdock.ops.v1.LedgerServiceGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code crossdock.ops.v1.LedgerService}. A copy is made beside the ledger, given piece by piece as
 * fast as the caller takes it, and removed. Its handlers may block, so they run on virtual threads.
 */
public final class LedgerEndpoint extends LedgerServiceGrpc.LedgerServiceImplBase {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerEndpoint.class);
  private static final int CHUNK = 128 * 1024;
  private static final String COPIES = "copy-*.tmp*";
  // As a guess: a copy of some gigabytes over a fast line.
  private static final Duration COME_BACK = Duration.ofSeconds(30);

  private final Store store;
  private final Audit audit;
  private final @Nullable Path directory;
  private final Clock clock;
  // Each copy needs as much room on the disk as the ledger.
  private final Semaphore one = new Semaphore(1);

  /**
   * Makes the service, and removes copies that a process before this one left.
   *
   * @param directory of the embedded ledger; null when it is on PostgreSQL
   */
  public LedgerEndpoint(Store store, Audit audit, @Nullable Path directory, Clock clock) {
    this.store = store;
    this.audit = audit;
    this.directory = directory;
    this.clock = clock;
    if (directory != null) {
      tidy(directory);
    }
  }

  @Override
  public void downloadBackup(
      DownloadBackupRequest request, StreamObserver<DownloadBackupResponse> answer) {
    Path ledger = directory;
    if (ledger == null) {
      answer.onError(
          Failure.of(
                  Reason.REASON_INVALID_STATE,
                  "The ledger is on PostgreSQL; back it up with PostgreSQL's own tools"
                      + " (docs/ledger.md).")
              .with("status", store.engine().name())
              .toException());
      return;
    }
    if (!one.tryAcquire()) {
      answer.onError(
          Failure.of(Reason.REASON_REQUEST_IN_PROGRESS, "Another backup is in progress.")
              .withRetryAfter(COME_BACK)
              .toException());
      return;
    }
    Copying copying =
        new Copying(request, (ServerCallStreamObserver<DownloadBackupResponse>) answer);
    var _ = Thread.ofVirtual().name("ledger-back-up").start(() -> copying.run(ledger));
  }

  @Override
  public void checkLedger(CheckLedgerRequest request, StreamObserver<CheckLedgerResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          Report found = check(request);
          return CheckLedgerResponse.newBuilder()
              .setWhole(found.whole())
              .setEngine(store.engine().name())
              .setVersion(found.version())
              .setEvents(found.events())
              .setAuditRecords(found.auditRecords())
              .setAuditHead(found.head().toProto())
              .setUnchecked(found.unchecked())
              .addAllFindings(found.all())
              .setFreshness(Answers.live(clock))
              .build();
        });
  }

  private Report check(CheckLedgerRequest request) {
    List<AuditCheck.Noted> noted =
        request.hasKnownHead()
            ? List.of(
                new AuditCheck.Noted("the head that was given", Head.of(request.getKnownHead())))
            : List.of();
    if (directory == null) {
      return LedgerCheck.run(store::inspect, store.engine(), noted, Optional.empty());
    }
    try {
      return Backup.check(new SqliteDatabase(directory).file(), noted);
    } catch (BackupException e) {
      LOG.atError().setCause(e).log("the ledger cannot be checked");
      throw new FailureException(
          Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The ledger's file is not there.")
              .with("system", "ledger"));
    }
  }

  /** A copy on its way to a caller. */
  private final class Copying {

    private final DownloadBackupRequest request;
    private final ServerCallStreamObserver<DownloadBackupResponse> caller;
    private final Semaphore turn = new Semaphore(0);

    Copying(
        DownloadBackupRequest request, ServerCallStreamObserver<DownloadBackupResponse> caller) {
      this.request = request;
      this.caller = caller;
      caller.setOnReadyHandler(turn::release);
      caller.setOnCancelHandler(turn::release);
    }

    void run(Path ledger) {
      Path copy = ledger.resolve("copy-" + UUID.randomUUID() + ".tmp");
      // What was acknowledged until now is in it.
      Freshness moment = Answers.live(clock);
      try {
        var _ = Backup.make(ledger, copy);
        // Before anything leaves: who has a copy has everything.
        var _ = audit.append(record());
        give(copy, moment);
      } catch (FailureException e) {
        fail(e.failure());
      } catch (BackupException | IOException e) {
        LOG.atError().setCause(e).log("the backup failed");
        fail(
            Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The backup failed; see the hub's log.")
                .with("system", "ledger"));
      } catch (RuntimeException e) {
        // A caller that has hung up is no news.
        if (!caller.isCancelled()) {
          LOG.atError().setCause(e).log("the backup could not be sent");
          fail(Failure.of(Reason.REASON_INTERNAL, "The backup could not be sent."));
        }
      } finally {
        remove(copy);
        one.release();
      }
    }

    private void give(Path copy, Freshness moment) throws IOException {
      long total = Files.size(copy);
      MessageDigest digest = sha256();
      long given = 0;
      try (InputStream in = Files.newInputStream(copy)) {
        while (given < total && isTurn()) {
          byte[] chunk = in.readNBytes(CHUNK);
          digest.update(chunk);
          DownloadBackupResponse.Builder response =
              DownloadBackupResponse.newBuilder()
                  .setChunk(UnsafeByteOperations.unsafeWrap(chunk))
                  .setTotalBytes(total);
          if (given == 0) {
            response.setFreshness(moment);
          }
          given += chunk.length;
          if (given == total) {
            response.setSha256(ByteString.copyFrom(digest.digest()));
          }
          caller.onNext(response.build());
        }
      }
      if (given == total) {
        caller.onCompleted();
      }
    }

    /** Waits until the caller takes more; false when it has hung up. */
    private boolean isTurn() {
      while (!caller.isReady() && !caller.isCancelled()) {
        turn.acquireUninterruptibly();
      }
      return !caller.isCancelled();
    }

    private void fail(Failure failure) {
      if (!caller.isCancelled()) {
        caller.onError(failure.toException());
      }
    }

    private AuditRecord record() {
      return AuditRecord.newBuilder()
          .setActor(request.getContext().getActor())
          .setOperation(LedgerServiceGrpc.getDownloadBackupMethod().getFullMethodName())
          .setSubjectKind("ledger")
          .setReason(request.getReason())
          .setOutcome("OK")
          .setRequestId(request.getContext().getRequestId())
          .setCorrelationId(request.getContext().getCorrelationId())
          .build();
    }
  }

  private static void tidy(Path directory) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, COPIES)) {
      left.forEach(LedgerEndpoint::remove);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.REASON, e.getMessage())
          .log("leftover backup copies cannot be listed");
    }
  }

  private static void remove(Path copy) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.REASON, e.getMessage())
          .log("a backup copy cannot be removed");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
