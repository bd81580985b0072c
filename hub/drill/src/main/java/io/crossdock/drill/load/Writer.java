package io.crossdock.drill.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.drill.load.DrillId.Kind;
import io.crossdock.drill.load.Journal.Outcome;
import io.crossdock.drill.load.Journal.SentEvent;
import io.crossdock.drill.load.Journal.SentRedemption;
import io.crossdock.drill.load.Journal.SentRequest;
import io.crossdock.drill.process.HubProcess;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishResponse;
import io.crossdock.event.v1.PublishedEvent;
import io.crossdock.failure.Failure;
import io.crossdock.loyalty.v1.CommitRedemptionRequest;
import io.crossdock.loyalty.v1.CommitRedemptionResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One caller, as a till or a connector is one: it sends a request again and again under the same id
 * until it is told what became of it, and now and then also when it knows.
 */
final class Writer implements Runnable {

  /** What the answer to an offline redemption begins its entry's id with; the sequence follows. */
  static final String ENTRY = "E-";

  private static final int STORES = 4;
  private static final int MOST_EVENTS = 5;
  private static final int MOST_POINTS = 900;
  private static final double REDEMPTIONS = 0.25;
  private static final double REPEATS = 0.1;
  private static final int REMEMBERED = 16;
  private static final long DEADLINE_MILLIS = 5_000;
  private static final long PAUSE_MILLIS = 50;

  private final WriterPool load;
  private final Journal journal;
  private final long run;
  private final int number;
  private final double pauseSeconds;
  private final RandomGenerator random;
  private final Topics topics;
  private final List<Told> told = new ArrayList<>();

  /** A call that can be made anew for each attempt. */
  private interface Call {
    Message on(io.grpc.Channel hub);
  }

  /** What was answered before. */
  private record Told(Call call, @Nullable ByteString promise) {}

  /** What came of a call: an answer, or null when it was refused by a limit. */
  private record Reply(@Nullable Message answer) {}

  Writer(WriterPool load, Journal journal, long run, int number, long seed, double pauseSeconds) {
    this.load = load;
    this.journal = journal;
    this.run = run;
    this.number = number;
    this.pauseSeconds = pauseSeconds;
    this.random = new Random(seed);
    this.topics = new Topics(number, random);
  }

  @Override
  public void run() {
    try {
      do {
        if (!told.isEmpty() && random.nextDouble() < REPEATS) {
          repeat();
        } else if (random.nextDouble() < REDEMPTIONS) {
          redeem();
        } else {
          publish();
        }
      } while (!load.isStoppingWithin(pause()));
    } catch (InterruptedException e) {
      // The drill is given up.
    }
  }

  private long pause() {
    return (long) (-Math.log(1 - random.nextDouble()) * pauseSeconds * TimeUnit.SECONDS.toNanos(1));
  }

  private void publish() throws InterruptedException {
    int request = journal.requests().size();
    SentRequest sent = new SentRequest();
    journal.requests().add(sent);
    List<SentEvent> events = new ArrayList<>();
    PublishRequest.Builder publish =
        PublishRequest.newBuilder().setContext(context(Kind.REQUEST, request));
    for (int i = random.nextInt(1, MOST_EVENTS + 1); i > 0; i--) {
      Topics.Topic topic = topics.next();
      int event = journal.events().size();
      SentEvent sentEvent = new SentEvent(request, topic.key());
      journal.events().add(sentEvent);
      events.add(sentEvent);
      String url = topic.data().getTypeUrl();
      publish.addEvents(
          EventEnvelope.newBuilder()
              .setEventId(id(Kind.EVENT, event))
              .setSource("drill")
              .setType(url.substring(url.indexOf('/') + 1))
              .setKey(topic.subject())
              .setOccurredAt(Timestamps.fromMillis(Instant.now().toEpochMilli()))
              .setData(topic.data()));
    }
    PublishRequest whole = publish.build();
    Call call =
        hub ->
            EventServiceGrpc.newBlockingStub(hub)
                .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .publish(whole);

    Reply reply = untilAnswered(call);

    if (reply != null && reply.answer() instanceof PublishResponse response) {
      sent.end(Outcome.ACKNOWLEDGED);
      for (int i = 0; i < events.size(); i++) {
        PublishedEvent published = response.getEvents(i);
        if (published.getDuplicate()) {
          load.fault("event " + published.getEventId() + " was told to be there before");
        }
        events.get(i).acknowledge(published.getSequence());
      }
      load.acknowledge(events.size());
      remember(new Told(call, promise(response)));
    } else if (reply != null) {
      load.fault("request " + id(Kind.REQUEST, request) + " was refused by a limit");
    }
  }

  private void redeem() throws InterruptedException {
    int redemption = journal.redemptions().size();
    String member = topics.member();
    SentRedemption sent = new SentRedemption(member, random.nextLong(1, MOST_POINTS + 1));
    journal.redemptions().add(sent);
    CommitRedemptionRequest request =
        CommitRedemptionRequest.newBuilder()
            .setContext(context(Kind.REDEMPTION, redemption))
            .setMemberId(member)
            .setPoints(Points.newBuilder().setUnits(sent.points()))
            .setOrderId("D-" + number + "-" + redemption)
            .build();
    Call call =
        hub ->
            LoyaltyServiceGrpc.newBlockingStub(hub)
                .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .commitRedemption(request);

    Reply reply = untilAnswered(call);

    if (reply == null) {
      return;
    }
    if (reply.answer() instanceof CommitRedemptionResponse response) {
      String entry = response.getRedemption().getEntryIds(0);
      sent.acknowledge(Long.parseLong(entry.substring(ENTRY.length())));
      load.acknowledge(1);
      remember(new Told(call, promise(response)));
    } else {
      sent.refuse();
      topics.nextMember();
    }
  }

  /** Asks again what was answered: the answer has to be the same, byte for byte. */
  private void repeat() throws InterruptedException {
    Told before = told.get(random.nextInt(told.size()));

    Reply reply = untilAnswered(before.call());

    if (reply != null && !Objects.equals(before.promise(), promise(reply.answer()))) {
      load.fault("another answer to the same request of writer " + number + ": " + reply.answer());
    }
  }

  /** The bytes that have to be the same each time: all but how old the hub says they are. */
  private static @Nullable ByteString promise(@Nullable Message answer) {
    return switch (answer) {
      case null -> null;
      case CommitRedemptionResponse redemption ->
          redemption.toBuilder().clearHubFreshness().build().toByteString();
      default -> answer.toByteString();
    };
  }

  private void remember(Told answered) {
    if (told.size() < REMEMBERED) {
      told.add(answered);
    } else {
      told.set(random.nextInt(REMEMBERED), answered);
    }
  }

  /** Calls until it is known what became of it; null when the drill is given up before. */
  private @Nullable Reply untilAnswered(Call call) throws InterruptedException {
    while (!load.isOver()) {
      io.grpc.Channel hub = any();
      if (hub != null) {
        try {
          return new Reply(call.on(hub));
        } catch (StatusRuntimeException e) {
          Reason reason = Failure.from(e).map(Failure::reason).orElse(Reason.REASON_UNSPECIFIED);
          if (reason == Reason.REASON_REFUSED_BY_POLICY) {
            return new Reply(null);
          }
          if (!mayComeAgain(e.getStatus().getCode())) {
            load.fault(reason + " " + e.getStatus());
            return null;
          }
          load.retry(
              reason == Reason.REASON_UNSPECIFIED
                  ? e.getStatus().getCode().name()
                  : reason.name().substring("REASON_".length()));
        }
      }
      Thread.sleep(random.nextLong(1, PAUSE_MILLIS));
    }
    return null;
  }

  private io.grpc.@Nullable Channel any() {
    List<HubProcess> hubs = load.hubs();
    int first = random.nextInt(hubs.size());
    for (int i = 0; i < hubs.size(); i++) {
      io.grpc.Channel channel = hubs.get((first + i) % hubs.size()).channel();
      if (channel != null) {
        return channel;
      }
    }
    return null;
  }

  private static boolean mayComeAgain(Status.Code code) {
    return switch (code) {
      case UNAVAILABLE,
          DEADLINE_EXCEEDED,
          CANCELLED,
          ABORTED,
          INTERNAL,
          UNKNOWN,
          RESOURCE_EXHAUSTED ->
          true;
      default -> false;
    };
  }

  private CommandContext context(Kind kind, int request) {
    return CommandContext.newBuilder()
        .setRequestId(id(kind, request))
        .setCorrelationId("drill-" + number)
        .setChannel(Channel.CHANNEL_STORE)
        .setStore("EU-00" + number % STORES)
        .build();
  }

  private String id(Kind kind, int index) {
    return new DrillId(kind, number, index).uuid(run).toString();
  }
}
