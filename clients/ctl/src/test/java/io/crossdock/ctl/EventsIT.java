package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Timestamp;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventFilter;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishResponse;
import io.crossdock.event.v1.ReplayRequest;
import io.crossdock.event.v1.ReplayResponse;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.GetReplayRequest;
import io.crossdock.ops.v1.GetReplayResponse;
import io.crossdock.ops.v1.ListReplaysRequest;
import io.crossdock.ops.v1.ListReplaysResponse;
import io.crossdock.ops.v1.ReplaySelection;
import io.crossdock.ops.v1.StartReplayRequest;
import io.crossdock.ops.v1.StartReplayResponse;
import io.crossdock.ops.v1.StopReplayRequest;
import io.crossdock.ops.v1.StopReplayResponse;
import io.crossdock.policy.v1.Lane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventsIT {

  private static final EventEnvelope EVENT =
      ScriptedHub.message(EventEnvelope.class, Scripts.POINTS_EVENT);
  private static final FileDescriptorProto CARD_FILE =
      FileDescriptorProto.newBuilder()
          .setName("test/gift/v1/card.proto")
          .setPackage("test.gift.v1")
          .setSyntax("proto3")
          .addMessageType(
              DescriptorProto.newBuilder()
                  .setName("CardSold")
                  .addField(
                      FieldDescriptorProto.newBuilder()
                          .setName("card_id")
                          .setNumber(1)
                          .setType(FieldDescriptorProto.Type.TYPE_STRING)))
          .build();

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
  void listsEventsOfThePast() {
    hub.streams(List.of(past(EVENT, "p1"), past(next(EVENT, 18), "p2")));

    Ran ran =
        ctl(
            "events",
            "list",
            "--type",
            "PointsAccrued",
            "--lane",
            "financial",
            "--from",
            "2026-11-21",
            "--to",
            "2026-11-21T10:00:00+01:00");

    assertThat(ran.out())
        .isEqualToNormalizingNewlines(
            """
            RECORDED AT           TYPE           KEY     SEQUENCE  SOURCE  EVENT                                 CORRELATION
            2026-11-21T00:00:01Z  PointsAccrued  M-1001        17  erp-eu  0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001  EU-001:till-03:000123:2026-11-21
            2026-11-21T00:00:01Z  PointsAccrued  M-1001        18  erp-eu  0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001  EU-001:till-03:000123:2026-11-21
            """);
    assertThat(hub.asked)
        .containsExactly(
            ReplayRequest.newBuilder()
                .setFilter(
                    EventFilter.newBuilder()
                        .addTypes("crossdock.event.v1.PointsAccrued")
                        .setLane(Lane.LANE_FINANCIAL))
                .setRecordedFrom(at("2026-11-21T00:00:00Z"))
                .setRecordedUntil(at("2026-11-21T09:00:00Z"))
                .build());
  }

  @Test
  void listsOneKeyAndNotThoseThatOnlyBeginSo() {
    EventEnvelope longer = EVENT.toBuilder().setKey("M-10010").build();
    hub.streams(List.of(past(longer, "p1"), past(EVENT, "p2"), past(longer, "p3")));

    Ran ran = ctl("events", "list", "--key", "M-1001");

    assertThat(ran.out().lines()).hasSize(2);
    assertThat(hub.asked(ReplayRequest.class).getFilter().getKeyPrefix()).isEqualTo("M-1001");
  }

  @Test
  void saysHowToGoOnWhenThereIsMore() {
    hub.streamsOn(List.of(past(EVENT, "p1"), past(EVENT, "p2"), past(EVENT, "p3")));
    hub.streams(List.of(past(EVENT, "p3")));

    Ran first = ctl("events", "list", "--limit", "2");
    Ran second = ctl("events", "list", "--limit", "2", "--after", "p2");

    assertThat(first.out()).endsWith("There are more: --after p2, or a higher --limit.\n");
    assertThat(second.out().lines()).hasSize(2);
    assertThat(((ReplayRequest) hub.asked.getLast()).getAfterPosition()).isEqualTo("p2");
  }

  @Test
  void listsFromAWhileAgo() {
    hub.streams(List.of());
    Instant before = Instant.now();

    Ran ran = ctl("events", "list", "--from", "-2h");

    assertThat(ran).isEqualTo(new Ran(1, "none\n", ""));
    assertThat(hub.asked(ReplayRequest.class).getRecordedFrom().getSeconds())
        .isBetween(before.getEpochSecond() - 7200, before.getEpochSecond() - 7140);
  }

  @Test
  void tellsEventsAsTheyComeAndNotTheSignsOfLife() {
    hub.streamsOn(
        List.of(
            SubscribeResponse.newBuilder().setPosition("p0").build(),
            SubscribeResponse.newBuilder().setEvent(EVENT).setPosition("p1").build(),
            SubscribeResponse.newBuilder().setEvent(next(EVENT, 18)).setPosition("p2").build(),
            SubscribeResponse.newBuilder().setEvent(next(EVENT, 19)).setPosition("p3").build()));

    Ran ran = ctl("events", "tail", "--key-prefix", "M-", "--lane", "financial", "--count", "2");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                """
                2026-11-21T00:00:01Z  PointsAccrued  M-1001 #17  from erp-eu  0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001
                2026-11-21T00:00:01Z  PointsAccrued  M-1001 #18  from erp-eu  0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001
                """,
                ""));
    assertThat(hub.asked)
        .containsExactly(
            SubscribeRequest.newBuilder()
                .setFilter(EventFilter.newBuilder().setKeyPrefix("M-").setLane(Lane.LANE_FINANCIAL))
                .build());
  }

  @Test
  void tellsProgramsEachEventOnALineOfItsOwn() {
    hub.streamsOn(List.of(SubscribeResponse.newBuilder().setEvent(EVENT).build()));

    Ran ran = ctl("events", "tail", "--count", "1", "--json");

    assertThat(ran.out()).isEqualTo(EventJson.BUILD.of(EVENT) + "\n");
  }

  @Test
  void tellsWhereToGoOnWhenTheStreamBreaks() {
    hub.breaks(
        List.of(
            SubscribeResponse.newBuilder().setEvent(EVENT).setPosition("p1").build(),
            SubscribeResponse.newBuilder().setPosition("p2").build()),
        Failure.of(Reason.REASON_SHUTTING_DOWN, "The hub is shutting down.").toException());
    hub.streamsOn(List.of(SubscribeResponse.newBuilder().setEvent(next(EVENT, 18)).build()));

    Ran broken = ctl("events", "tail");
    Ran next = ctl("events", "tail", "--after", "p2", "--count", "1");

    assertThat(broken.out().lines()).hasSize(1);
    assertThat(broken.err())
        .isEqualTo("Continue with: --after p2\nThe hub does not answer. Try again.\n");
    assertThat(broken.exit()).isEqualTo(3);
    assertThat(next.exit()).isZero();
    assertThat(((SubscribeRequest) hub.asked.getLast()).getAfterPosition()).isEqualTo("p2");
  }

  @Test
  void publishesWhatAListPrinted() throws IOException {
    hub.streams(List.of(past(EVENT, "p1"), past(next(EVENT, 18), "p2")));
    Path file = directory.resolve("events.json");
    Files.writeString(file, ctl("events", "list", "--json").out());
    hub.answers(
        PublishResponse.class,
        """
        events { event_id: "%s" sequence: 17 position: "p1" duplicate: true }
        events { event_id: "%s" sequence: 18 position: "p2" }
        """
            .formatted(Scripts.EVENT_ID, Scripts.EVENT_ID));

    Ran ran = ctl("events", "publish", file.toString());

    PublishRequest sent = hub.asked(PublishRequest.class);
    assertThat(sent.getEventsList()).containsExactly(EVENT, next(EVENT, 18));
    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                """
                EVENT                                 SEQUENCE  POSITION  RECORDED
                0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001        17  p1        before
                0199c0de-6a2c-7f0e-8f3b-0d3c55a1b001        18  p2        now
                request id %s
                """
                    .formatted(sent.getContext().getRequestId()),
                ""));
  }

  @Test
  void publishesAndListsEventsOfATypeThatOnlyTheHubKnows() throws Exception {
    hub.knows(CARD_FILE);
    DynamicMessage card = card("G-1");
    hub.answers(PublishResponse.class, "");
    hub.streams(List.of(past(cardSold(card), "p1")));
    Path file =
        write(
            """
            {"event_id": "%s", "source": "shop", "type": "test.gift.v1.CardSold", "key": "G-1",
             "data": {"@type": "type.googleapis.com/test.gift.v1.CardSold", "card_id": "G-1"}}
            """
                .formatted(Scripts.EVENT_ID));

    Ran published = ctl("events", "publish", file.toString());
    Ran listed = ctl("events", "list", "--json");

    assertThat(published.exit()).describedAs(published.err()).isZero();
    assertThat(hub.asked(PublishRequest.class).getEvents(0).getData().getValue())
        .isEqualTo(card.toByteString());
    assertThat(listed.out()).contains("\"card_id\": \"G-1\"");
  }

  @Test
  void takesTypesFromADescriptorSet() throws Exception {
    Path set = directory.resolve("gift.binpb");
    Files.write(set, FileDescriptorSet.newBuilder().addFile(CARD_FILE).build().toByteArray());
    Path broken = Files.writeString(directory.resolve("broken.binpb"), "broken");
    hub.streams(List.of(past(cardSold(card("G-2")), "p1")));

    Ran ran = ctl("events", "list", "--json", "--descriptor-set", set.toString());
    Ran wrong = ctl("events", "list", "--descriptor-set", broken.toString());

    assertThat(ran.out()).contains("\"card_id\": \"G-2\"");
    assertThat(wrong.err()).startsWith("--descriptor-set: " + broken + ": not a descriptor set (");
    assertThat(wrong.exit()).isEqualTo(2);
  }

  @Test
  void publishesOneEventAfterTheOther() throws IOException {
    hub.answers(PublishResponse.class, "");
    String event = EventJson.BUILD.of(EVENT).toString();
    Path file = write(event + "\n" + event + "\n[" + event + "]");

    Ran ran = ctl("events", "publish", file.toString(), "--json");

    assertThat(hub.asked(PublishRequest.class).getEventsCount()).isEqualTo(3);
    assertThat(ran.out()).contains("\"request_id\": \"");
  }

  @Test
  void tellsTheRequestIdSoThatARepetitionIsSafe() throws IOException {
    hub.fails(Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "Too late.").toException());
    hub.answers(PublishResponse.class, "");
    Path file = write(EventJson.BUILD.of(EVENT).toString());

    Ran first = ctl("events", "publish", file.toString());
    String requestId = ((PublishRequest) hub.asked.getFirst()).getContext().getRequestId();
    Ran second = ctl("events", "publish", file.toString(), "--request-id", requestId);

    assertThat(first)
        .isEqualTo(
            new Ran(
                4,
                "",
                """
                The hub did not answer in time. Try again.
                The outcome is unknown: the change may have been made.
                request id %s
                Check whether the change is there before you repeat it.
                Repeated with --request-id, the events are recorded once.
                """
                    .formatted(requestId)));
    assertThat(second.exit()).isZero();
    assertThat(hub.asked.getLast()).isEqualTo(hub.asked.getFirst());
  }

  @Test
  void saysWhichEventOfAFileIsWrongAndSendsNothing() throws IOException {
    String event = EventJson.BUILD.of(EVENT).toString();
    Path unknown = write(event + "{\"kei\": 1}");
    Ran first = ctl("events", "publish", unknown.toString());
    Path broken = write(event + "{\"key\": ");
    Ran second = ctl("events", "publish", broken.toString());
    Path empty = write("");
    Ran third = ctl("events", "publish", empty.toString());
    Path many = write((event + "\n").repeat(501));
    Ran fourth = ctl("events", "publish", many.toString());

    assertThat(first.err())
        .startsWith(
            unknown
                + ": event 2: Cannot find field: kei in message"
                + " crossdock.event.v1.EventEnvelope\n");
    assertThat(second.err()).startsWith(broken + ": is not JSON (");
    assertThat(third.err()).startsWith(empty + ": 0 events (expected: 1..500)\n");
    assertThat(fourth.err()).startsWith(many + ": 501 events (expected: 1..500)\n");
    assertThat(List.of(first.exit(), second.exit(), third.exit(), fourth.exit())).containsOnly(2);
    assertThat(hub.asked).isEmpty();
  }

  @Test
  void followsAReplayToItsEnd() {
    hub.answers(StartReplayResponse.class, replay("REPLAY_STATUS_RUNNING", 0, 0));
    hub.answers(GetReplayResponse.class, replay("REPLAY_STATUS_RUNNING", 700, 0));
    hub.answers(GetReplayResponse.class, replay("REPLAY_STATUS_COMPLETED", 1200, 0));

    Ran ran =
        ctl(
            "events",
            "replay",
            "--consumer",
            "loyalty-accrual",
            "--type",
            "PointsAccrued",
            "--type",
            "PointsRedeemed",
            "--key",
            "M-1001",
            "--id",
            Scripts.EVENT_ID,
            "--from",
            "2026-11-20",
            "--to",
            "2026-11-21",
            "--rate",
            "50",
            "--reason",
            "lost a day");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0, "RP-12 is complete: 1,200 of 1,200 events delivered to loyalty-accrual.\n", ""));
    StartReplayRequest sent = hub.asked(StartReplayRequest.class);
    assertThat(UUID.fromString(sent.getContext().getRequestId())).isNotNull();
    assertThat(sent.toBuilder().clearContext().build())
        .isEqualTo(
            StartReplayRequest.newBuilder()
                .setConsumer("loyalty-accrual")
                .setSelection(
                    ReplaySelection.newBuilder()
                        .addEventIds(Scripts.EVENT_ID)
                        .setKey("M-1001")
                        .addEventTypes("crossdock.event.v1.PointsAccrued")
                        .addEventTypes("crossdock.event.v1.PointsRedeemed")
                        .setOccurredFrom(at("2026-11-20T00:00:00Z"))
                        .setOccurredUntil(at("2026-11-21T00:00:00Z")))
                .setEventsPerSecond(50)
                .setReason("lost a day")
                .build());
    assertThat(hub.asked.getLast())
        .isEqualTo(GetReplayRequest.newBuilder().setReplayId("RP-12").build());
  }

  @Test
  void endsWithOneWhenNotEverythingWasDelivered() {
    hub.answers(StartReplayResponse.class, replay("REPLAY_STATUS_COMPLETED", 1199, 1));
    hub.answers(StartReplayResponse.class, replay("REPLAY_STATUS_STOPPED", 700, 0));

    Ran sick = replay("--key", "M-1001");
    Ran stopped = replay("--key", "M-1001");

    assertThat(sick)
        .isEqualTo(
            new Ran(
                1,
                """
                RP-12 is complete: 1,199 of 1,200 events delivered to loyalty-accrual, 1 became a dead letter.
                Inspect them with: ctl dead-letters list --consumer loyalty-accrual
                """,
                ""));
    assertThat(stopped)
        .isEqualTo(new Ran(1, "RP-12 was stopped: 700 events delivered to loyalty-accrual.\n", ""));
  }

  @Test
  void onlyCountsInADryRun() {
    hub.answers(
        StartReplayResponse.class,
        replay("REPLAY_STATUS_COMPLETED", 0, 0).replace("reason:", "dry_run: true reason:"));

    Ran ran = replay("--from", "-2h", "--dry-run");

    assertThat(ran)
        .isEqualTo(
            new Ran(0, "RP-12 is complete: 1,200 matching events, nothing is delivered.\n", ""));
    assertThat(hub.asked(StartReplayRequest.class).getDryRun()).isTrue();
  }

  @Test
  void startsAReplayWithoutWaiting() {
    hub.answers(StartReplayResponse.class, replay("REPLAY_STATUS_RUNNING", 0, 0));

    Ran ran = replay("--from", "-2h", "--no-wait");

    assertThat(ran)
        .isEqualTo(
            new Ran(
                0,
                """
                RP-12 is running: 0 events delivered to loyalty-accrual.
                Follow it with: ctl events replays; stop it with: ctl events stop-replay RP-12 --reason TEXT
                """,
                ""));
    assertThat(hub.asked).hasSize(1);
  }

  @Test
  void saysThatAReplayGoesOnWhenTheHubIsNotHeardOf() {
    hub.answers(StartReplayResponse.class, replay("REPLAY_STATUS_RUNNING", 0, 0));
    hub.fails(Failure.of(Reason.REASON_INTERNAL, "Ouch.").toException());

    Ran ran = replay("--from", "-2h");

    assertThat(ran.err())
        .startsWith(
            "The replay continues. Follow it with: ctl events replays; stop it with:"
                + " ctl events stop-replay RP-12 --reason TEXT\nSomething went wrong.");
    assertThat(ran.exit()).isEqualTo(5);
  }

  @Test
  void listsReplays() {
    hub.answers(
        ListReplaysResponse.class,
        (replay("REPLAY_STATUS_RUNNING", 700, 1) + " next_page_token: \"2\"")
            .replace("replay {", "replays {"));
    hub.answers(
        ListReplaysResponse.class,
        replay("REPLAY_STATUS_COMPLETED", 0, 0)
            .replace("replay {", "replays { dry_run: true ended_at { seconds: 1795219260 }"));

    Ran ran = ctl("events", "replays", "--consumer", "loyalty-accrual");

    assertThat(ran.out())
        .isEqualToNormalizingNewlines(
            """
            ID     CONSUMER         STATUS               MATCHED  DELIVERED  DEAD LETTERS  STARTED               ENDED                 BY    REASON
            RP-12  loyalty-accrual  running                1,200        700             1  2026-11-21T00:00:00Z  -                     anna  lost a day
            RP-12  loyalty-accrual  completed (dry run)    1,200          0             0  2026-11-21T00:00:00Z  2026-11-21T00:01:00Z  anna  lost a day
            """);
    assertThat(hub.asked)
        .containsExactly(
            ListReplaysRequest.newBuilder().setConsumer("loyalty-accrual").setPageSize(100).build(),
            ListReplaysRequest.newBuilder()
                .setConsumer("loyalty-accrual")
                .setPageSize(99)
                .setPageToken("2")
                .build());
  }

  @Test
  void stopsAReplay() {
    hub.answers(StopReplayResponse.class, replay("REPLAY_STATUS_STOPPED", 700, 0));
    hub.fails(Failure.of(Reason.REASON_NOT_FOUND, "None.").toException());

    Ran ran = ctl("events", "stop-replay", "RP-12", "--reason", "wrong consumer");
    Ran missing = ctl("events", "stop-replay", "RP-13", "--reason", "wrong consumer");

    assertThat(ran.out())
        .isEqualTo("RP-12 was stopped: 700 events delivered to loyalty-accrual.\n");
    assertThat(missing).isEqualTo(new Ran(1, "", "There is no replay RP-13.\n"));
    StopReplayRequest sent = (StopReplayRequest) hub.asked.getFirst();
    assertThat(sent.getReplayId()).isEqualTo("RP-12");
    assertThat(sent.getReason()).isEqualTo("wrong consumer");
  }

  @Test
  void refusesArgumentsThatMakeNoSense() {
    assertMistake("--id, --key, --from: none (expected: at least one of them)", replay());
    assertMistake("--rate: -1 (expected: 1..100000)", replay("--key", "M-1", "--rate", "-1"));
    assertMistake(
        "--to: 2026-11-20T00:00:00Z (expected: a time after --from, 2026-11-21T00:00:00Z)",
        replay("--from", "2026-11-21", "--to", "2026-11-20"));
    assertMistake(
        "Invalid value for option '--id' (UUID): 17 (expected: a UUID)", replay("--id", "17"));
    assertMistake(
        "Invalid value for option '--from': yesterday"
            + " (expected: a time like 2026-11-21T10:00:00Z, 2026-11-21 or -2h)",
        ctl("events", "list", "--from", "yesterday"));
    assertMistake(
        "Invalid value for option '--lane': expected one of [financial, business, stock]"
            + " (case-insensitive) but was 'slow'",
        ctl("events", "tail", "--lane", "slow"));
    assertMistake("--count: 0 (expected: 1 or more)", ctl("events", "tail", "--count", "0"));
    Path missing = directory.resolve("none.json");
    assertMistake(
        missing + ": cannot be read (no such file)", ctl("events", "publish", missing.toString()));
    assertThat(hub.asked).isEmpty();
  }

  private static DynamicMessage card(String id) throws DescriptorValidationException {
    Descriptor type =
        FileDescriptor.buildFrom(CARD_FILE, new FileDescriptor[0])
            .findMessageTypeByName("CardSold");
    return DynamicMessage.newBuilder(type).setField(type.findFieldByName("card_id"), id).build();
  }

  private static EventEnvelope cardSold(DynamicMessage card) {
    return EVENT.toBuilder()
        .setType("test.gift.v1.CardSold")
        .setData(
            Any.newBuilder()
                .setTypeUrl("type.googleapis.com/test.gift.v1.CardSold")
                .setValue(card.toByteString()))
        .build();
  }

  private static void assertMistake(String message, Ran ran) {
    assertThat(ran.err()).startsWith(message + "\n");
    assertThat(ran.exit()).isEqualTo(2);
  }

  private Ran ctl(String... arguments) {
    return Ran.ctl(hub, arguments);
  }

  private Ran replay(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("events", "replay", "--consumer", "loyalty-accrual", "--reason", "lost a day"));
    all.addAll(List.of(more));
    return ctl(all.toArray(String[]::new));
  }

  private Path write(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "events", ".json"), text);
  }

  private static String replay(String status, int delivered, int deadLettered) {
    return """
    replay {
      replay_id: "RP-12" consumer: "loyalty-accrual" status: %s matched: 1200 delivered: %d
      dead_lettered: %d started_at { seconds: 1795219200 } started_by { id: "anna" }
      reason: "lost a day"
    }
    """
        .formatted(status, delivered, deadLettered);
  }

  private static ReplayResponse past(EventEnvelope event, String position) {
    return ReplayResponse.newBuilder().setEvent(event).setPosition(position).build();
  }

  private static EventEnvelope next(EventEnvelope event, long sequence) {
    return event.toBuilder().setSequence(sequence).build();
  }

  private static Timestamp at(String moment) {
    return OperatorCommand.timestamp(Instant.parse(moment));
  }
}
