package io.crossdock.ctl;

import io.crossdock.common.v1.Actor;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListAuditRecordsResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists who did what. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists audit records, newest first. Filters are combined with AND.",
    footer = {
      "",
      "Examples:",
      "  ctl audit list --actor anna --from -7d",
      "  ctl audit list \\",
      "      --operation crossdock.ops.v1.DeadLetterService/DiscardDeadLetter",
      "  ctl audit list --subject D-771"
    })
final class AuditListCommand extends ListCommand<ListAuditRecordsResponse, AuditRecord> {

  private static final Columns<AuditRecord> COLUMNS =
      new Columns<AuditRecord>()
          .number("RECORD", AuditRecord::getSequence)
          .add("AT", record -> moment(record.getAt()))
          .add("WHO", AuditListCommand::who)
          .add("OPERATION", AuditRecord::getOperation)
          .add(
              "ABOUT",
              record -> orDash((record.getSubjectKind() + " " + record.getSubjectId()).strip()))
          .add("OUTCOME", record -> orDash(record.getOutcome()))
          .add("CORRELATION", record -> orDash(record.getCorrelationId()))
          .add("REASON", record -> orDash(record.getReason()));

  @Option(names = "--actor", paramLabel = "ID", description = "Only actions by this actor.")
  private String actor = "";

  @Option(
      names = "--operation",
      paramLabel = "NAME",
      description = "Only this operation: full service name, slash, method.")
  private String operation = "";

  @Option(
      names = "--subject",
      paramLabel = "ID",
      description = "Only actions on this subject, for example D-771.")
  private String subject = "";

  @Option(
      names = "--correlation-id",
      paramLabel = "ID",
      description = "Only this business transaction.")
  private String correlation = "";

  @Mixin private TimeRangeOptions time = new TimeRangeOptions();

  @Mixin private ListLimit limit = new ListLimit();

  AuditListCommand() {
    super(
        "ctl audit list",
        AuditServiceGrpc.getServiceDescriptor(),
        ListAuditRecordsResponse.class,
        ListAuditRecordsResponse::getRecordsList,
        COLUMNS);
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
    time.check(this::mistake);
  }

  @Override
  int limit() {
    return limit.most();
  }

  @Override
  ListAuditRecordsResponse page(Hub hub, Page page) {
    ListAuditRecordsRequest.Builder request =
        ListAuditRecordsRequest.newBuilder()
            .setActorId(actor)
            .setOperation(operation)
            .setSubjectId(subject)
            .setCorrelationId(correlation)
            .setPageSize(page.size())
            .setPageToken(page.token());
    time.apply(request::setRecordedFrom, request::setRecordedUntil);
    return hub.stub(AuditServiceGrpc::newBlockingStub).listAuditRecords(request.build());
  }

  private static String who(AuditRecord record) {
    Actor actor = record.getActor();
    String name = actor.getId().isEmpty() ? word(actor.getKind(), "KIND_") : actor.getId();
    return record.getPrincipal().isEmpty() ? name : name + " as " + record.getPrincipal();
  }
}
