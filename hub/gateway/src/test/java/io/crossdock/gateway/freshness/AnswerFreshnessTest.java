package io.crossdock.gateway.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import java.io.IOException;
import java.time.Instant;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What a stamp states is what a parser reads behind the answer. */
final class AnswerFreshnessTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L, 5);
  private static final GetBalanceResponse ANSWER =
      GetBalanceResponse.newBuilder()
          .setBalance(Balance.newBuilder().setMemberId("M-1"))
          .setFreshness(
              Freshness.newBuilder()
                  .setSourceSystem("loyalty")
                  .setAsOf(Timestamps.fromMillis(1_000)))
          .build();

  @Example
  void leavesTheSourcesWordAsItIs() throws Exception {
    byte[] stamp = received(ANSWER).stamp();

    assertThat(parsed(ANSWER, stamp))
        .isEqualTo(
            ANSWER.toBuilder()
                .setHubFreshness(
                    HubFreshness.newBuilder()
                        .setMode(Freshness.Mode.MODE_LIVE)
                        .setObservedAt(Timestamps.fromNanos(1_800_000_000_000_000_005L)))
                .build());
  }

  @Example
  void aParserThatOverwritesMessagesSeesBothWords() throws Exception {
    byte[] stamp = received(ANSWER).stampCached(1_500_000_000L);
    byte[] answer = parsed(ANSWER, stamp).toByteArray();

    assertThat(Freshness.parseFrom(lastOf(Operation.FRESHNESS_FIELD, answer, stamp)))
        .isEqualTo(ANSWER.getFreshness());
    assertThat(
            HubFreshness.parseFrom(lastOf(Operation.HUB_FRESHNESS_FIELD, answer, stamp)).getMode())
        .isEqualTo(Freshness.Mode.MODE_CACHED);
  }

  @Example
  void addsTheTimeInTheCacheToTheSourcesAge() throws Exception {
    AnswerFreshness freshness =
        received(source(Freshness.newBuilder().setAge(Durations.fromSeconds(60))));

    HubFreshness live = parsed(ANSWER, freshness.stamp()).getHubFreshness();
    HubFreshness cached = parsed(ANSWER, freshness.stampCached(7_000_000L)).getHubFreshness();

    assertThat(live.getMode()).isEqualTo(Freshness.Mode.MODE_LIVE);
    assertThat(live.getAge()).isEqualTo(Durations.fromSeconds(60));
    assertThat(cached.getMode()).isEqualTo(Freshness.Mode.MODE_CACHED);
    assertThat(cached.getAge()).isEqualTo(Durations.fromMillis(60_007));
  }

  @Example
  void neverMakesAnAnswerFresherThanItsSourceSays() throws Exception {
    AnswerFreshness freshness =
        received(
            source(
                Freshness.newBuilder()
                    .setMode(Freshness.Mode.MODE_STALE)
                    .setAge(Durations.fromSeconds(3_600))));

    HubFreshness live = parsed(ANSWER, freshness.stamp()).getHubFreshness();
    HubFreshness cached = parsed(ANSWER, freshness.stampCached(7_000_000L)).getHubFreshness();

    assertThat(live.getMode()).isEqualTo(Freshness.Mode.MODE_STALE);
    assertThat(live.getAge()).isEqualTo(Durations.fromSeconds(3_600));
    assertThat(cached.getMode()).isEqualTo(Freshness.Mode.MODE_STALE);
    assertThat(cached.getAge()).isEqualTo(Durations.fromMillis(3_600_007));
  }

  @Example
  void countsWhatAHubBehindTheConnectorSays() throws Exception {
    GetBalanceResponse answer =
        ANSWER.toBuilder()
            .setHubFreshness(
                HubFreshness.newBuilder()
                    .setMode(Freshness.Mode.MODE_CACHED)
                    .setAge(Durations.fromSeconds(9)))
            .build();

    HubFreshness stated = parsed(ANSWER, received(answer).stamp()).getHubFreshness();

    assertThat(stated.getMode()).isEqualTo(Freshness.Mode.MODE_CACHED);
    assertThat(stated.getAge()).isEqualTo(Durations.fromSeconds(9));
  }

  @Example
  void passesOnAModeThatItDoesNotKnow() throws Exception {
    AnswerFreshness freshness = received(source(Freshness.newBuilder().setModeValue(17)));

    assertThat(parsed(ANSWER, freshness.stampCached(1)).getHubFreshness().getModeValue())
        .isEqualTo(17);
  }

  @Example
  void readsAnAbsurdAgeAsAnAge() throws Exception {
    var negative = Durations.fromNanos(-5_000_000_001L);
    var huge = com.google.protobuf.Duration.newBuilder().setSeconds(Long.MAX_VALUE);

    assertThat(received(source(Freshness.newBuilder().setAge(negative))).ageNanos()).isZero();
    assertThat(received(source(Freshness.newBuilder().setAge(huge))).ageNanos())
        .isEqualTo(36_525L * 24 * 3_600 * 1_000_000_000L);
    assertThat(
            parsed(
                    ANSWER,
                    received(source(Freshness.newBuilder().setAge(huge)))
                        .stampCached(Long.MAX_VALUE))
                .getHubFreshness()
                .getAge()
                .getSeconds())
        .isEqualTo(Long.MAX_VALUE / 1_000_000_000L);
  }

  @Example
  void takesTheSourcesWordOutOfTheHubsField() throws Exception {
    byte[] twice =
        ByteString.copyFrom(source(Freshness.newBuilder().setMode(Freshness.Mode.MODE_LIVE)))
            .concat(hub(Freshness.Mode.MODE_OFFLINE))
            .concat(ANSWER.toByteString())
            .concat(hub(Freshness.Mode.MODE_STALE))
            .toByteArray();

    byte[] body = AnswerFreshness.withoutHubFreshness(twice);

    assertThat(GetBalanceResponse.parseFrom(body))
        .isEqualTo(GetBalanceResponse.parseFrom(twice).toBuilder().clearHubFreshness().build());
  }

  @Example
  void stampsAnAnswerThatStatesNothing() throws Exception {
    AnswerFreshness freshness = received(GetBalanceResponse.getDefaultInstance());

    HubFreshness stated =
        parsed(GetBalanceResponse.getDefaultInstance(), freshness.stampCached(0)).getHubFreshness();

    assertThat(stated.getMode()).isEqualTo(Freshness.Mode.MODE_CACHED);
    assertThat(stated.hasAge()).isTrue();
  }

  @Property(tries = 500, seed = "20261121")
  void statesEveryAge(@ForAll @LongRange(min = 0) long ageNanos) throws Exception {
    byte[] stamp = received(ANSWER).stampCached(ageNanos);

    assertThat(Durations.toNanos(parsed(ANSWER, stamp).getHubFreshness().getAge()))
        .isEqualTo(ageNanos);
  }

  @Property(tries = 500, seed = "20261121")
  void statesEveryInstant(
      @ForAll @LongRange(min = -62_135_596_800L, max = 253_402_300_799L) long seconds,
      @ForAll @IntRange(max = 999_999_999) int nanos)
      throws Exception {
    Instant instant = Instant.ofEpochSecond(seconds, nanos);
    AnswerFreshness freshness = AnswerFreshness.received(read(ANSWER.toByteArray()), instant);

    var observed = parsed(ANSWER, freshness.stamp()).getHubFreshness().getObservedAt();

    assertThat(observed.getSeconds()).isEqualTo(seconds);
    assertThat(observed.getNanos()).isEqualTo(nanos);
    assertThat(AnswerFreshness.ofStamp(freshness.stamp())).isEqualTo(freshness);
  }

  private static AnswerFreshness received(GetBalanceResponse answer) {
    return received(answer.toByteArray());
  }

  private static AnswerFreshness received(byte[] answer) {
    return AnswerFreshness.received(read(answer), NOW);
  }

  private static io.crossdock.gateway.operation.AnswerFields read(byte[] answer) {
    return GET_BALANCE.readAnswer(answer);
  }

  private static byte[] source(Freshness.Builder freshness) {
    return ANSWER.toBuilder().setFreshness(freshness).build().toByteArray();
  }

  private static ByteString hub(Freshness.Mode mode) {
    return GetBalanceResponse.newBuilder()
        .setHubFreshness(HubFreshness.newBuilder().setMode(mode))
        .build()
        .toByteString();
  }

  /** The last occurrence of a field: all that ts-proto and protobuf.js keep of it. */
  private static ByteString lastOf(int field, byte[]... parts) throws IOException {
    CodedInputStream in =
        ByteString.copyFrom(java.util.List.of(parts).stream().map(ByteString::copyFrom).toList())
            .newCodedInput();
    ByteString last = ByteString.EMPTY;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        last = in.readBytes();
      } else {
        in.skipField(tag);
      }
    }
    return last;
  }

  private static GetBalanceResponse parsed(GetBalanceResponse body, byte[] stamp)
      throws InvalidProtocolBufferException {
    return GetBalanceResponse.parseFrom(
        body.toByteString().concat(ByteString.copyFrom(stamp)).toByteArray());
  }
}
