package io.crossdock.ledger.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListAuditRecordsResponse;
import io.crossdock.ops.v1.VerifyAuditChainRequest;
import io.crossdock.ops.v1.VerifyAuditChainResponse;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/** The audit trail as a service of the hub. */
public final class AuditEndpoint extends AuditServiceGrpc.AuditServiceImplBase {

  /** Full name of the service. */
  public static final String SERVICE = AuditServiceGrpc.SERVICE_NAME;

  private static final int DEFAULT_PAGE = 50;
  private static final int MAX_PAGE = 200;

  private final Audit audit;
  private final Clock clock;

  /** Makes the service. */
  public AuditEndpoint(Audit audit, Clock clock) {
    this.audit = audit;
    this.clock = clock;
  }

  @Override
  public void listAuditRecords(
      ListAuditRecordsRequest request, StreamObserver<ListAuditRecordsResponse> answer) {
    reply(answer, () -> list(request));
  }

  @Override
  public void verifyAuditChain(
      VerifyAuditChainRequest request, StreamObserver<VerifyAuditChainResponse> answer) {
    reply(
        answer,
        () -> {
          VerifyAuditChainResponse.Builder response =
              VerifyAuditChainResponse.newBuilder().setFreshness(live());
          Verification found = audit.verify(request.getFirstSequence(), request.getLastSequence());
          response.setChecked(found.checked());
          switch (found) {
            case Verification.Intact _ -> response.setIntact(true);
            case Verification.Broken broken -> response.setFirstBrokenSequence(broken.sequence());
          }
          return response.build();
        });
  }

  private ListAuditRecordsResponse list(ListAuditRecordsRequest request) {
    int size =
        request.getPageSize() == 0 ? DEFAULT_PAGE : Math.min(request.getPageSize(), MAX_PAGE);
    long before = request.getPageToken().isEmpty() ? Long.MAX_VALUE : position(request);
    List<AuditRecord> records = audit.list(request, before, size + 1);
    boolean more = records.size() > size;
    ListAuditRecordsResponse.Builder response =
        ListAuditRecordsResponse.newBuilder()
            .addAllRecords(more ? records.subList(0, size) : records)
            .setFreshness(live());
    if (more) {
      response.setNextPageToken(token(request, records.get(size - 1).getSequence()));
    }
    return response.build();
  }

  private Freshness live() {
    Timestamp now = Timestamps.fromMillis(clock.millis());
    return Freshness.newBuilder()
        .setSourceSystem("hub")
        .setAsOf(now)
        .setObservedAt(now)
        .setMode(Freshness.Mode.MODE_LIVE)
        .build();
  }

  // The number of the last record and a check sum of what was asked, so that a token of another
  // list is not taken for one of this.
  private static String token(ListAuditRecordsRequest request, long last) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((last + "." + sum(request)).getBytes(UTF_8));
  }

  private static long position(ListAuditRecordsRequest request) {
    try {
      String token = new String(Base64.getUrlDecoder().decode(request.getPageToken()), UTF_8);
      int dot = token.indexOf('.');
      if (dot > 0 && token.substring(dot + 1).equals(sum(request))) {
        return Long.parseLong(token.substring(0, dot));
      }
    } catch (IllegalArgumentException e) {
      // Answered below.
    }
    throw new FailureException(
        Reason.REASON_PAGE_TOKEN_INVALID, "The page token is not from this list.");
  }

  private static String sum(ListAuditRecordsRequest request) {
    CRC32 crc = new CRC32();
    crc.update(request.toBuilder().clearPageSize().clearPageToken().build().toByteArray());
    return Long.toHexString(crc.getValue());
  }

  private static <T> void reply(StreamObserver<T> answer, Supplier<T> response) {
    T message;
    try {
      message = response.get();
    } catch (FailureException e) {
      answer.onError(e.failure().toException());
      return;
    }
    answer.onNext(message);
    answer.onCompleted();
  }
}
