package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PointsAccrued;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.DeadLetterStatus;
import io.crossdock.ops.v1.DiscardDeadLetterRequest;
import io.crossdock.ops.v1.DiscardDeadLetterResponse;
import io.crossdock.ops.v1.EditDeadLetterRequest;
import io.crossdock.ops.v1.EditDeadLetterResponse;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.crossdock.ops.v1.ListDeadLettersRequest;
import io.crossdock.ops.v1.ListDeadLettersResponse;
import io.crossdock.ops.v1.RedeliverDeadLetterRequest;
import io.crossdock.ops.v1.RedeliverDeadLetterResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DeadLettersIT {

  private static final String FOUND =
      """
      dead_letter { %s } event { %s }
      history { at { seconds: 1795219260 } action: "ADMITTED" reason: "BACKEND_DENIED" }
      history {
        at { seconds: 1795222800 } action: "EDITED" actor: "anna" reason: "a zero too many"
        event_before { %s }
      }
      """
          .formatted(
              Scripts.LETTER,
              Scripts.POINTS_EVENT,
              Scripts.POINTS_EVENT.replace("units: 120", "units: 1200"));

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
  void listsThoseThatWait() {
    hub.answers(
        ListDeadLettersResponse.class,
        "dead_letters { %s } dead_letters { %s } total: 2"
            .formatted(Scripts.LETTER, Scripts.letter(780, "")));

    Ran ran = ctl("dead-letters", "list");

    assertThat(ran.out())
        .isEqualToNormalizingNewlines(
            """
            ID     CONSUMER         TYPE           KEY     STATUS   REASON               ATTEMPTS  BEHIND  FAILED AT
            D-771  loyalty-accrual  PointsAccrued  M-1001  waiting  BACKEND_DENIED              5       2  2026-11-21T00:01:00Z
            D-780  loyalty-accrual  PointsAccrued  M-780   waiting  BACKEND_UNAVAILABLE         5       0  2026-11-21T00:00:00Z
            """);
    assertThat(hub.asked)
        .containsExactly(ListDeadLettersRequest.newBuilder().setPageSize(100).build());
  }

  @Test
  void listsWhatIsAskedForPageByPageAndSaysThatThereIsMore() {
    hub.answers(
        ListDeadLettersResponse.class,
        "dead_letters { %s } total: 1200 next_page_token: \"2\"".formatted(Scripts.letter(1, "")));
    hub.answers(
        ListDeadLettersResponse.class,
        "dead_letters { %s } total: 1200 next_page_token: \"3\"".formatted(Scripts.letter(2, "")));

    Ran ran =
        ctl(
            "dead-letters",
            "list",
            "--consumer",
            "loyalty-accrual",
            "--type",
            "PointsAccrued",
            "--key",
            "M-1",
            "--status",
            "waiting,discarded",
            "--limit",
            "2");

    assertThat(ran.out()).endsWith("2 of 1,200; --limit N for more\n");
    ListDeadLettersRequest first =
        ListDeadLettersRequest.newBuilder()
            .setConsumer("loyalty-accrual")
            .setEventType("crossdock.event.v1.PointsAccrued")
            .setKey("M-1")
            .addStatuses(DeadLetterStatus.DEAD_LETTER_STATUS_WAITING)
            .addStatuses(DeadLetterStatus.DEAD_LETTER_STATUS_DISCARDED)
            .setPageSize(2)
            .build();
    assertThat(hub.asked)
        .containsExactly(first, first.toBuilder().setPageSize(1).setPageToken("2").build());
  }

  @Test
  void listsEveryStatusOnRequest() {
    hub.answers(ListDeadLettersResponse.class, "");

    Ran ran = ctl("dead-letters", "list", "--all");

    assertThat(ran.out()).isEqualTo("none\n");
    assertThat(hub.asked(ListDeadLettersRequest.class).getStatusesCount()).isEqualTo(3);
  }

  @Test
  void showsTheEventAndWhatAnEditChanged() {
    hub.answers(GetDeadLetterResponse.class, FOUND);

    assertThat(ctl("dead-letters", "show", "D-771").out())
        .isEqualToNormalizingNewlines(
            """
            dead letter  D-771
            consumer     loyalty-accrual
            type         crossdock.event.v1.PointsAccrued
            key          M-1001
            lane         financial
            status       waiting
            reason       BACKEND_DENIED: The backend refused.
            attempts     5
            behind       2 events
            occurred at  2026-11-21T00:00:00Z
            failed at    2026-11-21T00:01:00Z
            correlation  EU-001:till-03:000123:2026-11-21

            event
            {
              "event_id": "0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001",
              "source": "erp-eu",
              "type": "crossdock.event.v1.PointsAccrued",
              "key": "M-1001",
              "occurred_at": "2026-11-21T00:00:00Z",
              "sequence": "17",
              "correlation_id": "EU-001:till-03:000123:2026-11-21",
              "causation_id": "",
              "channel": "CHANNEL_STORE",
              "traceparent": "",
              "recorded_at": "2026-11-21T00:00:01Z",
              "data": {
                "@type": "type.googleapis.com/crossdock.event.v1.PointsAccrued",
                "member_id": "M-1001",
                "account_id": "",
                "entry_id": "E-90017",
                "points": {
                  "currency_code": "",
                  "units": "120",
                  "nanos": 0
                },
                "order_id": "",
                "campaign_id": ""
              }
            }

            history
              2026-11-21T00:01:00Z  admitted by the hub: BACKEND_DENIED
              2026-11-21T01:00:00Z  edited by anna: a zero too many
                data.points.units: "1200" -> "120"
            """);
  }

  @Test
  void showsProgramsTheWholeEventAndItsHistory() {
    hub.answers(GetDeadLetterResponse.class, FOUND);

    Ran ran = ctl("dead-letters", "show", "D-771", "--json");

    assertThat(ran.out())
        .contains("\"dead_letter_id\": \"D-771\"", "\"action\": \"EDITED\"", "\"units\": \"1200\"");
  }

  @Test
  void saysThatThereIsNoSuchDeadLetter() {
    hub.fails(notFound());

    Ran ran = ctl("dead-letters", "show", "D-9");

    assertThat(ran).isEqualTo(new Ran(1, "", "There is no dead letter D-9.\n"));
  }

  @Test
  void sendsAnEditedEventFromAFile() throws IOException {
    hub.answers(GetDeadLetterResponse.class, FOUND);
    hub.answers(EditDeadLetterResponse.class, "dead_letter { %s }".formatted(Scripts.LETTER));
    Path file = write(event().replace("\"120\"", "\"12\""));

    Ran ran =
        ctl("dead-letters", "edit", "D-771", "--reason", "too many", "--file", file.toString());

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                "D-771 is edited. Redeliver it with: ctl dead-letters redeliver D-771 --reason"
                    + " TEXT\n",
                ""));
    EditDeadLetterRequest sent = hub.asked(EditDeadLetterRequest.class);
    EventEnvelope before = ScriptedHub.message(EventEnvelope.class, Scripts.POINTS_EVENT);
    assertThat(sent.getEvent().toBuilder().clearData().build())
        .isEqualTo(before.toBuilder().clearData().build());
    assertThat(sent.getEvent().getData().unpack(PointsAccrued.class).getPoints().getUnits())
        .isEqualTo(12);
    assertThat(sent.getReason()).isEqualTo("too many");
    assertThat(sent.getContext()).satisfies(DeadLettersIT::isOfTheOperator);
  }

  @Test
  void sendsNothingWhenNothingWasChanged() throws IOException {
    hub.answers(GetDeadLetterResponse.class, FOUND);
    Path file = write(event());

    Ran ran = ctl("dead-letters", "edit", "D-771", "--reason", "none", "--file", file.toString());

    assertThat(ran).isEqualTo(new Ran(0, "Nothing was changed.\n", ""));
    assertThat(hub.asked).hasSize(1);
  }

  @Test
  void saysFieldByFieldWhatTheHubRefuses() throws IOException {
    hub.answers(GetDeadLetterResponse.class, FOUND);
    hub.fails(
        Failure.of(Reason.REASON_RULE_VIOLATED, "The event breaks rules of its contract.")
            .withViolations(
                List.of(
                    new Failure.Violation("data.points", "int64.gt", "must be greater than 0"),
                    new Failure.Violation("source", "string.min_len", "must not be empty")))
            .toException());
    Path file = write(event().replace("\"120\"", "\"-1\"").replace("\"erp-eu\"", "\"\""));

    Ran ran = ctl("dead-letters", "edit", "D-771", "--reason", "none", "--file", file.toString());

    assertThat(ran)
        .isEqualTo(
            new Ran(
                2,
                "",
                """
                The hub rejected the request as invalid.
                  data.points: must be greater than 0
                  source: must not be empty
                """));
  }

  @Test
  void refusesToEditWhatItWouldLose() throws IOException {
    GetDeadLetterResponse.Builder found =
        ScriptedHub.message(GetDeadLetterResponse.class, FOUND).toBuilder();
    found
        .getEventBuilder()
        .setUnknownFields(
            UnknownFieldSet.newBuilder()
                .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                .build());
    hub.streams(List.of(found.build()));
    Path file = write(event());

    Ran ran = ctl("dead-letters", "edit", "D-771", "--reason", "none", "--file", file.toString());

    assertThat(ran)
        .isEqualTo(
            new Ran(
                5,
                "",
                "The event has fields that this program does not know and that an edit would lose."
                    + " Use ctl of the hub's version, or --descriptor-set.\n"));
  }

  @Test
  void saysWhatIsWrongWithAFile() throws IOException {
    hub.answers(GetDeadLetterResponse.class, FOUND);
    hub.answers(GetDeadLetterResponse.class, FOUND);
    Path missing = directory.resolve("missing.json");
    Path wrong = write("{\"kei\": 1}");

    Ran first =
        ctl("dead-letters", "edit", "D-771", "--reason", "none", "--file", missing.toString());
    Ran second =
        ctl("dead-letters", "edit", "D-771", "--reason", "none", "--file", wrong.toString());

    assertThat(first.err()).startsWith(missing + ": cannot be read (no such file)\n");
    assertThat(second.err())
        .startsWith(
            wrong
                + ": not an event (Cannot find field: kei in message"
                + " crossdock.event.v1.EventEnvelope)\n");
    assertThat(List.of(first.exit(), second.exit())).containsExactly(2, 2);
  }

  @Test
  void deliversAgainTheOldestFirst() {
    hub.answers(GetDeadLetterResponse.class, found(9));
    hub.answers(GetDeadLetterResponse.class, found(7));
    hub.answers(RedeliverDeadLetterResponse.class, delivered(7));
    hub.answers(RedeliverDeadLetterResponse.class, delivered(9));

    Ran ran =
        ctl("dead-letters", "redeliver", "D-9", "D-7", "D-9", "--reason", "fixed", "--rate", "500");

    assertThat(ran).isEqualTo(new Ran(0, "2 delivered, 0 not delivered.\n", ""));
    List<RedeliverDeadLetterRequest> sent = redeliveries();
    assertThat(sent)
        .extracting(RedeliverDeadLetterRequest::getDeadLetterId)
        .containsExactly("D-7", "D-9");
    assertThat(sent).extracting(each -> each.getContext().getRequestId()).doesNotHaveDuplicates();
    assertThat(sent.getFirst().getReason()).isEqualTo("fixed");
    assertThat(sent.getFirst().getContext()).satisfies(DeadLettersIT::isOfTheOperator);
  }

  @Test
  void leavesAKeyAloneAfterItsFirstFailureAndGoesOnWithOthers() {
    hub.answers(
        ListDeadLettersResponse.class,
        "dead_letters { %s } dead_letters { %s } next_page_token: \"2\""
            .formatted(Scripts.letter(1, "key: \"M-A\""), Scripts.letter(2, "key: \"M-B\"")));
    hub.answers(
        ListDeadLettersResponse.class,
        "dead_letters { %s } dead_letters { %s }"
            .formatted(Scripts.letter(3, "key: \"M-A\""), Scripts.letter(4, "key: \"M-C\"")));
    hub.answers(
        RedeliverDeadLetterResponse.class,
        "dead_letter { %s }"
            .formatted(
                Scripts.letter(
                    1, "key: \"M-A\" attempts: 6 failure_message: \"The backend is down.\"")));
    hub.answers(RedeliverDeadLetterResponse.class, delivered(2));
    hub.answers(
        RedeliverDeadLetterResponse.class,
        "dead_letter { %s }".formatted(Scripts.letter(4, "key: \"M-C\"")));

    Ran ran =
        ctl(
            "dead-letters",
            "redeliver",
            "--consumer",
            "loyalty-accrual",
            "--reason",
            "it is back",
            "--rate",
            "500");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                1,
                """
                ID   CONSUMER         KEY  NOT DELIVERED BECAUSE
                D-1  loyalty-accrual  M-A  BACKEND_UNAVAILABLE: The backend is down.
                D-3  loyalty-accrual  M-A  an earlier one with its key could not be delivered
                D-4  loyalty-accrual  M-C  no consumer has picked it up yet
                1 delivered, 3 not delivered.
                """,
                ""));
    assertThat(redeliveries())
        .extracting(RedeliverDeadLetterRequest::getDeadLetterId)
        .containsExactly("D-1", "D-2", "D-4");
  }

  @Test
  void takesTheWordOfTheHubForWhatSomebodyElseDid() {
    hub.answers(GetDeadLetterResponse.class, found(1));
    hub.answers(GetDeadLetterResponse.class, found(2));
    hub.fails(notWaiting("DELIVERED"));
    hub.fails(notWaiting("BEHIND"));

    Ran ran = ctl("dead-letters", "redeliver", "D-1", "D-2", "--reason", "fixed", "--rate", "500");

    assertThat(ran.out())
        .contains("D-2  loyalty-accrual  M-2  an earlier one with its key has to go first")
        .endsWith("1 delivered, 1 not delivered.\n");
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void saysHowFarItCameWhenTheHubFails() {
    hub.answers(GetDeadLetterResponse.class, found(1));
    hub.answers(GetDeadLetterResponse.class, found(2));
    hub.answers(RedeliverDeadLetterResponse.class, delivered(1));
    hub.fails(notFound());

    Ran ran = ctl("dead-letters", "redeliver", "D-1", "D-2", "--reason", "fixed", "--rate", "500");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                1,
                "",
                "1 of 2 dead letters were tried before this failure:\nThere is no dead letter D-2.\n"));
  }

  @Test
  void tellsInADryRunWhatItWouldDeliver() {
    hub.answers(
        ListDeadLettersResponse.class,
        "dead_letters { %s } dead_letters { %s }"
            .formatted(Scripts.LETTER, Scripts.letter(780, "")));

    Ran ran =
        ctl("dead-letters", "redeliver", "--type", "PointsAccrued", "--reason", "x", "--dry-run");

    assertThat(ran.out())
        .startsWith("ID     CONSUMER")
        .endsWith("2 dead letters would be redelivered, and 2 events waiting behind.\n");
    assertThat(hub.asked).hasSize(1);
    assertThat(hub.asked(ListDeadLettersRequest.class).getEventType())
        .isEqualTo("crossdock.event.v1.PointsAccrued");
  }

  @Test
  void tellsProgramsWhatWasDeliveredAndWhatNot() {
    hub.answers(GetDeadLetterResponse.class, found(1));
    hub.answers(GetDeadLetterResponse.class, found(2));
    hub.answers(RedeliverDeadLetterResponse.class, delivered(1));
    hub.fails(notWaiting("DISCARDED"));

    Ran ran =
        ctl(
            "dead-letters",
            "redeliver",
            "D-1",
            "D-2",
            "--reason",
            "fixed",
            "--rate",
            "500",
            "--json");

    assertThat(ran.out()).contains("\"dry_run\": false", "\"why\": \"it was discarded\"");
    assertThat(ran.out().indexOf("\"D-1\""))
        .isBetween(ran.out().indexOf("\"delivered\""), ran.out().indexOf("\"not_delivered\""));
    assertThat(ran.exit()).isEqualTo(1);
  }

  @Test
  void keepsToItsRate() {
    for (int i = 1; i <= 4; i++) {
      hub.answers(GetDeadLetterResponse.class, found(i));
    }
    for (int i = 1; i <= 4; i++) {
      hub.answers(RedeliverDeadLetterResponse.class, delivered(i));
    }
    long begin = System.nanoTime();

    ctl("dead-letters", "redeliver", "D-1", "D-2", "D-3", "D-4", "--reason", "x", "--rate", "10");

    assertThat(System.nanoTime() - begin).isGreaterThan(300_000_000);
    assertThat(redeliveries()).hasSize(4);
  }

  @Test
  void discardsOnlyWhenItWasThoughtOver() {
    hub.answers(GetDeadLetterResponse.class, "dead_letter { %s }".formatted(Scripts.LETTER));
    hub.answers(
        DiscardDeadLetterResponse.class, "dead_letter { %s }".formatted(Scripts.letter(771, "")));

    Ran unasked = ctl("dead-letters", "discard", "D-771", "--reason", "by hand");
    Ran sure = ctl("dead-letters", "discard", "D-771", "--reason", "by hand", "--yes");

    assertThat(unasked.exit()).isEqualTo(2);
    assertThat(unasked.err())
        .startsWith("--yes: missing (expected: --yes, because there is no terminal to ask on)\n");
    assertThat(sure).isEqualTo(new Ran(0, "D-771 is discarded.\n", ""));
    DiscardDeadLetterRequest sent = hub.asked(DiscardDeadLetterRequest.class);
    assertThat(sent.getDeadLetterId()).isEqualTo("D-771");
    assertThat(sent.getReason()).isEqualTo("by hand");
    assertThat(sent.getContext().getCorrelationId()).isEqualTo("EU-001:till-03:000123:2026-11-21");
    assertThat(sent.getContext()).satisfies(DeadLettersIT::isOfTheOperator);
  }

  @Test
  void discardsNothingWhenOneOfThemIsNotThere() {
    hub.answers(GetDeadLetterResponse.class, found(1));
    hub.fails(notFound());

    Ran ran = ctl("dead-letters", "discard", "D-1", "D-2", "--reason", "by hand", "--yes");

    assertThat(ran).isEqualTo(new Ran(1, "", "There is no dead letter D-2.\n"));
    assertThat(hub.asked).noneMatch(DiscardDeadLetterRequest.class::isInstance);
  }

  @Test
  void saysHowManyWereDiscardedBeforeAFailure() {
    hub.answers(GetDeadLetterResponse.class, found(1));
    hub.answers(GetDeadLetterResponse.class, found(2));
    hub.answers(DiscardDeadLetterResponse.class, found(1));
    hub.fails(notWaiting("DISCARDED"));

    Ran ran = ctl("dead-letters", "discard", "D-1", "D-2", "--reason", "by hand", "--yes");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                5,
                "",
                """
                1 of 2 dead letters were discarded before D-2:
                The dead letter is not waiting for an operator.
                """));
  }

  @Test
  void namesTheRequestOfAWriteWhoseOutcomeIsUnknown() {
    hub.answers(GetDeadLetterResponse.class, found(1));
    hub.fails(Failure.of(Reason.REASON_INTERNAL, "The hub failed.").toException());

    Ran ran = ctl("dead-letters", "discard", "D-1", "--reason", "by hand", "--yes");

    DiscardDeadLetterRequest sent = (DiscardDeadLetterRequest) hub.asked.getLast();
    assertThat(ran.err())
        .contains(
            "The outcome is unknown: the change may have been made.",
            "request id " + sent.getContext().getRequestId(),
            "Check whether the change is there before you repeat it.");
  }

  @Test
  void repeatsAWriteWithTheSameRequestId() {
    hub.answers(GetDeadLetterResponse.class, found(1));
    hub.fails(Failure.of(Reason.REASON_SHUTTING_DOWN, "The hub is stopping.").toException());
    hub.answers(RedeliverDeadLetterResponse.class, delivered(1));

    Ran ran = ctl("dead-letters", "redeliver", "D-1", "--reason", "fixed");

    assertThat(ran.out()).isEqualTo("1 delivered, 0 not delivered.\n");
    assertThat(redeliveries()).hasSize(2);
    assertThat(redeliveries().getFirst()).isEqualTo(redeliveries().getLast());
  }

  @Test
  void refusesArgumentsThatMakeNoSense() {
    assertMistake(
        "ID: none (expected: one or more, or --consumer, --type, --key)",
        "dead-letters",
        "redeliver",
        "--reason",
        "x");
    assertMistake(
        "ID: together with --consumer, --type or --key (expected: one or the other)",
        "dead-letters",
        "redeliver",
        "D-1",
        "--key",
        "M-1",
        "--reason",
        "x");
    assertMistake(
        "--rate: 0 (expected: 1..1000)",
        "dead-letters",
        "redeliver",
        "D-1",
        "--rate",
        "0",
        "--reason",
        "x");
    assertMistake("--limit: 0 (expected: 1..10000)", "dead-letters", "list", "--limit", "0");
    assertMistake(
        "Invalid value for option '--type': Points"
            + " (expected: an event type, for example PointsAccrued, or a full name)",
        "dead-letters",
        "list",
        "--type",
        "Points");
    assertMistake("Missing required option: '--reason=TEXT'", "dead-letters", "discard", "D-1");
    assertThat(hub.asked).isEmpty();
  }

  private void assertMistake(String message, String... arguments) {
    Ran ran = ctl(arguments);
    assertThat(ran.err()).startsWith(message + "\n");
    assertThat(ran.exit()).isEqualTo(2);
  }

  private Ran ctl(String... arguments) {
    return Ran.ctl(hub, arguments);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("event.json"), text);
  }

  private List<RedeliverDeadLetterRequest> redeliveries() {
    return hub.asked.stream()
        .filter(RedeliverDeadLetterRequest.class::isInstance)
        .map(RedeliverDeadLetterRequest.class::cast)
        .toList();
  }

  private static String event() {
    return EventJson.BUILD
        .of(ScriptedHub.message(EventEnvelope.class, Scripts.POINTS_EVENT))
        .toString();
  }

  private static String found(int number) {
    return "dead_letter { %s }".formatted(Scripts.letter(number, ""));
  }

  private static String delivered(int number) {
    return "dead_letter { %s }"
        .formatted(Scripts.letter(number, "status: DEAD_LETTER_STATUS_DELIVERED"));
  }

  private static RuntimeException notFound() {
    return Failure.of(Reason.REASON_NOT_FOUND, "There is no such dead letter.").toException();
  }

  private static RuntimeException notWaiting(String status) {
    return Failure.of(
            Reason.REASON_INVALID_STATE, "The dead letter is not waiting for an operator.")
        .with("status", status)
        .toException();
  }

  private static void isOfTheOperator(CommandContext context) {
    assertThat(UUID.fromString(context.getRequestId())).isNotNull();
    assertThat(context.getChannel()).isEqualTo(Channel.CHANNEL_SYSTEM);
    assertThat(context.getActor())
        .isEqualTo(
            Actor.newBuilder()
                .setKind(Actor.Kind.KIND_OPERATOR)
                .setId(System.getProperty("user.name"))
                .build());
  }
}
