package io.crossdock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.finance.v1.PostEntryRequest;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.order.v1.PlaceOrderRequest;
import io.crossdock.returns.v1.SubmitReturnRequest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Protobuf's own parser is the judge of every input. */
final class WireReaderAgreementTest {

  // A fixed corpus: the same inputs in every build.
  private static final String SEED = "20261121";

  private static final List<Agreement> TYPES =
      List.of(
          Agreement.on(OddTypes.PROTO2),
          Agreement.on(OddTypes.PROTO3),
          on(GetBalanceRequest.getDefaultInstance()),
          on(GetAvailabilityRequest.getDefaultInstance()),
          on(AccruePointsRequest.getDefaultInstance()),
          on(PostEntryRequest.getDefaultInstance()),
          on(PlaceOrderRequest.getDefaultInstance()),
          on(SubmitReturnRequest.getDefaultInstance()),
          on(LookupCustomerRequest.getDefaultInstance()),
          on(SubscribeRequest.getDefaultInstance()),
          on(Availability.getDefaultInstance()),
          on(HubConfig.getDefaultInstance()));

  @Property(tries = 12_000, seed = SEED, shrinking = ShrinkingMode.OFF)
  void readsMessagesAsTheParserDoes(@ForAll("cases") Case input) {
    input.on.check(input.message());
  }

  @Property(tries = 12_000, seed = SEED, shrinking = ShrinkingMode.OFF)
  void readsDamagedMessagesAsTheParserDoes(@ForAll("cases") Case input) {
    input.on.check(input.damaged());
  }

  @Property(tries = 4_000, seed = SEED, shrinking = ShrinkingMode.OFF)
  void readsNoiseAsTheParserDoes(@ForAll("cases") Case input) {
    input.on.check(input.noise());
  }

  @Property(tries = 4_000, seed = SEED, shrinking = ShrinkingMode.OFF)
  void givesOneKeyToEqualValuesOnly(@ForAll("cases") Case input) {
    input.on.checkKeys(input.message(), input.damaged());
  }

  /** {@code mvn verify -Dcrossdock.fuzz.seconds=600}: new inputs in every run. */
  @Test
  @EnabledIfSystemProperty(named = "crossdock.fuzz.seconds", matches = "\\d+")
  void agreesForAsLongAsAsked() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("crossdock.fuzz.seconds"));
    long seed = System.nanoTime();
    long inputs = 0;
    while (System.nanoTime() < end) {
      for (Agreement on : TYPES) {
        Case input = new Case(on, seed++);
        on.check(input.message());
        on.check(input.damaged());
        on.check(input.noise());
        on.checkKeys(input.message(), input.damaged());
        inputs += 3;
      }
    }
    System.out.println("the wire reader agrees on " + inputs + " inputs");
  }

  @Test
  void meetsTheParsersLimitOfDepth() {
    Agreement on = Agreement.on(OddTypes.PROTO2);
    for (int depth = 97; depth <= 103; depth++) {
      on.check(nested(OddTypes.PROTO2, "child", depth));
      on.check(nested(OddTypes.PROTO2, "bag.odd", depth / 2));
      on.check(unknownGroups(1000, depth));
      // A known group's end inside unknown ones, and levels of both kinds.
      on.check(WireCorpus.joined(nested(OddTypes.PROTO2, "child", 3), unknownGroups(90, depth)));
    }
  }

  @Test
  void refusesOneLevelMoreThanTheParserAllows() {
    WireReader reader = WireReader.compile(OddTypes.PROTO2, List.of());

    ExtractedFields allowed = reader.read(nested(OddTypes.PROTO2, "child", 100));
    ExtractedFields tooDeep = reader.read(nested(OddTypes.PROTO2, "child", 101));

    assertThat(allowed.form()).isEqualTo(ExtractedFields.Form.WELL_FORMED);
    assertThat(tooDeep.form()).isEqualTo(ExtractedFields.Form.MALFORMED);
  }

  @Provide
  Arbitrary<Case> cases() {
    return Arbitraries.randomValue(
        (Random random) -> new Case(TYPES.get(random.nextInt(TYPES.size())), random.nextLong()));
  }

  private static Agreement on(Message generated) {
    return Agreement.on(generated);
  }

  private static byte[] nested(Descriptor type, String way, int depth) {
    byte[] inner = {};
    List<com.google.protobuf.Descriptors.FieldDescriptor> steps = new ArrayList<>();
    while (steps.size() < depth) {
      steps.addAll(FieldPath.parse(type, way).fields());
    }
    for (int i = steps.size() - 1; i >= 0; i--) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      boolean group =
          steps.get(i).getType() == com.google.protobuf.Descriptors.FieldDescriptor.Type.GROUP;
      varint(out, steps.get(i).getNumber() << 3 | (group ? 3 : 2));
      if (!group) {
        varint(out, inner.length);
      }
      out.writeBytes(inner);
      if (group) {
        varint(out, steps.get(i).getNumber() << 3 | 4);
      }
      inner = out.toByteArray();
    }
    return inner;
  }

  private static byte[] unknownGroups(int number, int depth) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < depth; i++) {
      varint(out, number << 3 | 3);
    }
    for (int i = 0; i < depth; i++) {
      varint(out, number << 3 | 4);
    }
    return out.toByteArray();
  }

  private static void varint(ByteArrayOutputStream out, int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out.write((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }

  /** One message of one type, the same for the same seed. */
  record Case(Agreement on, long seed) {

    byte[] message() {
      return new WireCorpus(new SplittableRandom(seed)).message(on.type());
    }

    byte[] damaged() {
      return new WireCorpus(new SplittableRandom(~seed)).damaged(message(), on.type());
    }

    byte[] noise() {
      return new WireCorpus(new SplittableRandom(seed)).noise();
    }
  }
}
