package io.crossdock.ledger.audit;

import io.crossdock.answer.Answers;
import io.crossdock.answer.PageToken;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListAuditRecordsResponse;
import io.crossdock.ops.v1.VerifyAuditChainRequest;
import io.crossdock.ops.v1.VerifyAuditChainResponse;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

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
    Answers.reply(answer, () -> list(request));
  }

  @Override
  public void verifyAuditChain(
      VerifyAuditChainRequest request, StreamObserver<VerifyAuditChainResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          Verification found = audit.verify(request.getFirstSequence(), request.getLastSequence());
          List<String> wrong = new ArrayList<>();
          VerifyAuditChainResponse.Builder response =
              VerifyAuditChainResponse.newBuilder()
                  .setChecked(found.checked())
                  .setHead(audit.head().toProto())
                  .setFreshness(Answers.live(clock));
          if (found instanceof Verification.Broken broken) {
            response.setFirstBrokenSequence(broken.sequence());
            wrong.add("audit record " + broken.sequence() + ": " + broken.fault());
          }
          Head known = request.hasKnownHead() ? Head.of(request.getKnownHead()) : Head.NONE;
          wrong.addAll(audit.compare(new AuditCheck.Noted("the head that was given", known)));
          return response.setIntact(wrong.isEmpty()).setFinding(String.join("; ", wrong)).build();
        });
  }

  private ListAuditRecordsResponse list(ListAuditRecordsRequest request) {
    int size =
        request.getPageSize() == 0 ? DEFAULT_PAGE : Math.min(request.getPageSize(), MAX_PAGE);
    long before = PageToken.number(request, Long.MAX_VALUE);
    List<AuditRecord> records = audit.list(request, before, size + 1);
    boolean more = records.size() > size;
    ListAuditRecordsResponse.Builder response =
        ListAuditRecordsResponse.newBuilder()
            .addAllRecords(more ? records.subList(0, size) : records)
            .setFreshness(Answers.live(clock));
    if (more) {
      response.setNextPageToken(
          PageToken.of(request, Long.toString(records.get(size - 1).getSequence())));
    }
    return response.build();
  }
}
