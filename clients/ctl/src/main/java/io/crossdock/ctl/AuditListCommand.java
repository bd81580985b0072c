package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.common.v1.Actor;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.AuditServiceGrpc;
import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListAuditRecordsResponse;
import io.crossdock.terminal.ProtoJson;
import java.io.PrintWriter;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells who did what. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists audit records, the newest first; all that is given must match.",
    footer = {
      "",
      "Examples:",
      "  ctl audit list --actor anna --from -7d",
      "  ctl audit list \\",
      "      --operation crossdock.ops.v1.DeadLetterService/DiscardDeadLetter",
      "  ctl audit list --subject D-771"
    })
final class AuditListCommand extends OperatorCommand<AuditListCommand.Records> {

  private static final int MOST_IN_PAGE = 200;

  @Option(names = "--actor", paramLabel = "ID", description = "Only deeds of this actor.")
  private String actor = "";

  @Option(
      names = "--operation",
      paramLabel = "NAME",
      description = "Only this operation, by its full name with a slash.")
  private String operation = "";

  @Option(
      names = "--subject",
      paramLabel = "ID",
      description = "Only deeds to this thing, for example D-771.")
  private String subject = "";

  @Option(
      names = "--correlation-id",
      paramLabel = "ID",
      description = "Only this business transaction.")
  private String correlation = "";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Not before: " + InstantConverter.HELP)
  private @Nullable Instant from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      converter = InstantConverter.class,
      description = "Before this moment.")
  private @Nullable Instant to;

  @Mixin private ListLimit limit = new ListLimit();

  /** The records as one answer. */
  record Records(ListAuditRecordsResponse all, boolean more) {}

  AuditListCommand() {
    super("ctl audit list", AuditServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    limit.check(this::mistake);
  }

  @Override
  protected Records ask(Hub hub) {
    int most = limit.most();
    ListAuditRecordsRequest.Builder request =
        ListAuditRecordsRequest.newBuilder()
            .setActorId(actor)
            .setOperation(operation)
            .setSubjectId(subject)
            .setCorrelationId(correlation);
    if (from != null) {
      request.setRecordedFrom(timestamp(from));
    }
    if (to != null) {
      request.setRecordedUntil(timestamp(to));
    }
    ListAuditRecordsResponse.Builder all = ListAuditRecordsResponse.newBuilder();
    do {
      ListAuditRecordsResponse answer =
          hub.stub(AuditServiceGrpc::newBlockingStub)
              .listAuditRecords(
                  request
                      .setPageSize(Math.min(MOST_IN_PAGE, most - all.getRecordsCount()))
                      .build());
      request.setPageToken(answer.getNextPageToken());
      all.mergeFrom(answer);
    } while (!request.getPageToken().isEmpty() && all.getRecordsCount() < most);
    return new Records(all.clearNextPageToken().build(), !request.getPageToken().isEmpty());
  }

  @Override
  protected void print(Records records, PrintWriter out) {
    if (records.all().getRecordsCount() == 0) {
      out.println("none");
      return;
    }
    Table table =
        new Table("RECORD", "AT", "WHO", "OPERATION", "ABOUT", "OUTCOME", "CORRELATION", "REASON");
    for (AuditRecord record : records.all().getRecordsList()) {
      table.row(
          number(record.getSequence()),
          moment(record.getAt()),
          who(record),
          record.getOperation(),
          orDash((record.getSubjectKind() + " " + record.getSubjectId()).strip()),
          orDash(record.getOutcome()),
          orDash(record.getCorrelationId()),
          orDash(record.getReason()));
    }
    table.print(out);
    if (records.more()) {
      out.println(
          "the newest %s; --limit N for more".formatted(number(records.all().getRecordsCount())));
    }
  }

  @Override
  protected JsonObject json(Records records) {
    return ProtoJson.of(records.all());
  }

  private static String who(AuditRecord record) {
    Actor actor = record.getActor();
    String name = actor.getId().isEmpty() ? word(actor.getKind(), "KIND_") : actor.getId();
    return record.getPrincipal().isEmpty() ? name : name + " as " + record.getPrincipal();
  }
}
