package io.crossdock.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Freshness;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What the stamp says is what protobuf's parser reads behind the response. */
final class FreshnessStampTest {

  private static final GetBalanceResponse BODY =
      GetBalanceResponse.newBuilder()
          .setBalance(Balance.newBuilder().setMemberId("M-1"))
          .setFreshness(
              Freshness.newBuilder()
                  .setSourceSystem("loyalty")
                  .setAsOf(Timestamps.fromMillis(1_000))
                  .setMode(Freshness.Mode.MODE_LIVE))
          .build();

  @Example
  void addsToWhatTheConnectorSaid() throws Exception {
    byte[] stamp = FreshnessStamp.live(Instant.ofEpochSecond(1_800_000_000L, 5));

    GetBalanceResponse stamped = parsed(BODY, stamp);

    assertThat(stamped)
        .isEqualTo(
            BODY.toBuilder()
                .setFreshness(
                    BODY.getFreshness().toBuilder()
                        .setMode(Freshness.Mode.MODE_LIVE)
                        .setObservedAt(Timestamps.fromNanos(1_800_000_000_000_000_005L)))
                .build());
  }

  @Example
  void saysOverWhatTheConnectorSaidOfTheMode() throws Exception {
    byte[] stamp = FreshnessStamp.remembered(Freshness.Mode.MODE_STALE, 1_500_000_000L);

    Freshness freshness = parsed(BODY, stamp).getFreshness();

    assertThat(freshness.getMode()).isEqualTo(Freshness.Mode.MODE_STALE);
    assertThat(freshness.getAge()).isEqualTo(Durations.fromMillis(1_500));
    assertThat(freshness.getSourceSystem()).isEqualTo("loyalty");
    assertThat(freshness.getAsOf()).isEqualTo(Timestamps.fromMillis(1_000));
  }

  @Example
  void stampsAResponseThatSaysNothing() throws Exception {
    byte[] stamp = FreshnessStamp.remembered(Freshness.Mode.MODE_CACHED, 0);

    GetBalanceResponse stamped = parsed(GetBalanceResponse.getDefaultInstance(), stamp);

    assertThat(stamped.getFreshness().getMode()).isEqualTo(Freshness.Mode.MODE_CACHED);
    assertThat(stamped.getFreshness().hasAge()).isTrue();
  }

  @Property(tries = 500, seed = "20261121")
  void tellsEveryAge(@ForAll @LongRange(min = 0) long ageNanos) throws Exception {
    byte[] stamp = FreshnessStamp.remembered(Freshness.Mode.MODE_CACHED, ageNanos);

    assertThat(Durations.toNanos(parsed(BODY, stamp).getFreshness().getAge())).isEqualTo(ageNanos);
  }

  @Property(tries = 500, seed = "20261121")
  void tellsEveryInstant(
      @ForAll @LongRange(min = -62_135_596_800L, max = 253_402_300_799L) long seconds,
      @ForAll @IntRange(max = 999_999_999) int nanos)
      throws Exception {
    byte[] stamp = FreshnessStamp.live(Instant.ofEpochSecond(seconds, nanos));

    var observed = parsed(BODY, stamp).getFreshness().getObservedAt();

    assertThat(observed.getSeconds()).isEqualTo(seconds);
    assertThat(observed.getNanos()).isEqualTo(nanos);
  }

  private static GetBalanceResponse parsed(GetBalanceResponse body, byte[] stamp)
      throws InvalidProtocolBufferException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(body.toByteArray());
    bytes.writeBytes(stamp);
    return GetBalanceResponse.parseFrom(bytes.toByteArray());
  }
}
