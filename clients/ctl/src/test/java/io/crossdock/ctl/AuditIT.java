package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.ops.v1.ListAuditRecordsRequest;
import io.crossdock.ops.v1.ListAuditRecordsResponse;
import io.crossdock.ops.v1.VerifyAuditChainRequest;
import io.crossdock.ops.v1.VerifyAuditChainResponse;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AuditIT {

  private static final String RECORDS =
      """
      records {
        sequence: 90211 at { seconds: 1795219260 } actor { kind: KIND_OPERATOR id: "anna" }
        principal: "ops-console" operation: "crossdock.ops.v1.DeadLetterService/DiscardDeadLetter"
        subject_kind: "dead_letter" subject_id: "D-771" reason: "by hand" outcome: "OK"
        correlation_id: "EU-001:till-03:000123:2026-11-21"
      }
      records {
        sequence: 90210 at { seconds: 1795219200 } actor { kind: KIND_SYSTEM }
        operation: "crossdock.event.v1.EventService/Publish" outcome: "RULE_VIOLATED"
      }
      """;

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
  void listsWhoDidWhat() {
    hub.answers(ListAuditRecordsResponse.class, RECORDS);

    assertThat(Ran.ctl(hub, "audit", "list").out())
        .isEqualToNormalizingNewlines(
            """
            RECORD  AT                    WHO                  OPERATION                                             ABOUT              OUTCOME        CORRELATION                       REASON
            90,211  2026-11-21T00:01:00Z  anna as ops-console  crossdock.ops.v1.DeadLetterService/DiscardDeadLetter  dead_letter D-771  OK             EU-001:till-03:000123:2026-11-21  by hand
            90,210  2026-11-21T00:00:00Z  system               crossdock.event.v1.EventService/Publish               -                  RULE_VIOLATED  -                                 -
            """);
  }

  @Test
  void asksForWhatIsNamedAndSaysThatThereIsMore() {
    hub.answers(ListAuditRecordsResponse.class, RECORDS + " next_page_token: \"2\"");

    Ran ran =
        Ran.ctl(
            hub,
            "audit",
            "list",
            "--actor",
            "anna",
            "--operation",
            "crossdock.ops.v1.DeadLetterService/DiscardDeadLetter",
            "--subject",
            "D-771",
            "--correlation-id",
            "T-1",
            "--from",
            "2026-11-20",
            "--to",
            "2026-11-21",
            "--limit",
            "2");

    assertThat(ran.out()).endsWith("2 shown; --limit N for more\n");
    assertThat(hub.asked)
        .containsExactly(
            ListAuditRecordsRequest.newBuilder()
                .setActorId("anna")
                .setOperation("crossdock.ops.v1.DeadLetterService/DiscardDeadLetter")
                .setSubjectId("D-771")
                .setCorrelationId("T-1")
                .setRecordedFrom(OperatorCommand.timestamp(Instant.parse("2026-11-20T00:00:00Z")))
                .setRecordedUntil(OperatorCommand.timestamp(Instant.parse("2026-11-21T00:00:00Z")))
                .setPageSize(2)
                .build());
  }

  @Test
  void tellsThatTheChainHolds() {
    hub.answers(VerifyAuditChainResponse.class, "intact: true checked: 90211");

    Ran ran = Ran.ctl(hub, "audit", "verify", "--from", "10", "--to", "90211");

    assertThat(ran)
        .isEqualTo(new Ran(0, "The audit chain is intact: 90,211 records checked.\n", ""));
    assertThat(hub.asked)
        .containsExactly(
            VerifyAuditChainRequest.newBuilder()
                .setFirstSequence(10)
                .setLastSequence(90211)
                .build());
  }

  @Test
  void tellsWhereTheChainIsBroken() {
    hub.answers(VerifyAuditChainResponse.class, "first_broken_sequence: 88412 checked: 88411");
    hub.answers(VerifyAuditChainResponse.class, "first_broken_sequence: 88412 checked: 88411");

    Ran people = Ran.ctl(hub, "audit", "verify");
    Ran program = Ran.ctl(hub, "audit", "verify", "--json");

    assertThat(people)
        .isEqualTo(
            new Ran(1, "The audit chain is broken at record 88412; 88,411 records checked.\n", ""));
    assertThat(program.out()).contains("\"intact\": false", "\"first_broken_sequence\": \"88412\"");
    assertThat(program.exit()).isEqualTo(1);
  }

  @Test
  void comparesWithAHeadThatWasNotedElsewhere() {
    String hash = "ab".repeat(32);
    hub.answers(
        VerifyAuditChainResponse.class,
        """
        checked: 4 finding: "audit record 5 is not there any more"
        head { sequence: 4 hash: "%s" }
        """
            .formatted("\\253".repeat(32)));

    Ran ran = Ran.ctl(hub, "audit", "verify", "--head", "5:" + hash);

    assertThat(ran.out())
        .isEqualTo(
            """
            The audit chain is broken; 4 records checked.
              audit record 5 is not there any more
            head 4:%s
            """
                .formatted(hash));
    assertThat(ran.exit()).isEqualTo(1);
    assertThat(hub.asked(VerifyAuditChainRequest.class).getKnownHead().getSequence()).isEqualTo(5);
    assertThat(Ran.ctl(hub, "audit", "verify", "--head", "5:abc").exit()).isEqualTo(2);
  }

  @Test
  void refusesARangeThatEndsBeforeItBegins() {
    Ran ran = Ran.ctl(hub, "audit", "verify", "--from", "9", "--to", "8");

    assertThat(ran.err()).startsWith("--from and --to: 9 and 8 (expected: 1 or more, in order)\n");
    assertThat(ran.exit()).isEqualTo(2);
    assertThat(hub.asked).isEmpty();
  }
}
