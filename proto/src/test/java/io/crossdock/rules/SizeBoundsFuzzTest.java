package io.crossdock.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.failure.Failure.Violation;
import io.crossdock.inventory.v1.ReserveRequest;
import io.crossdock.order.v1.PlaceOrderRequest;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What is refused by its bytes is refused as a message too, whatever the bytes are. */
class SizeBoundsFuzzTest {

  private static final SizeBounds SIZES = new SizeBounds();
  private static final MessageRules RULES = new MessageRules();

  @Property
  void agreesAboutCountsAndLengths(
      @ForAll @IntRange(max = 260) int lines,
      @ForAll @IntRange(max = 120) int digits,
      @ForAll @IntRange(max = 300) int letters)
      throws Exception {
    ReserveRequest.Builder request = ReserveRequest.newBuilder();
    for (int i = 0; i < lines; i++) {
      request
          .addLinesBuilder()
          .setLineId("ü".repeat(letters) + i)
          .setQuantity(
              Quantity.newBuilder().setValue(Decimal.newBuilder().setValue("9".repeat(digits))));
    }
    check(ReserveRequest.getDescriptor(), request.build().toByteArray());
  }

  @Property
  void agreesAboutAnyBytes(@ForAll byte[] bytes) throws Exception {
    check(ReserveRequest.getDescriptor(), bytes);
    check(PlaceOrderRequest.getDescriptor(), bytes);
  }

  @Property
  void agreesAboutAChangedMessage(@ForAll @Size(max = 6) List<Integer> places, @ForAll byte value)
      throws Exception {
    ReserveRequest.Builder request = ReserveRequest.newBuilder().setLocationId("EU-001");
    for (int i = 0; i < 20; i++) {
      request.addLinesBuilder().setLineId("L" + i).setItemId("SKU-" + i);
    }
    byte[] changed = request.build().toByteArray();
    for (int place : places) {
      changed[Math.floorMod(place, changed.length)] = (byte) (value + place);
    }
    check(ReserveRequest.getDescriptor(), changed);
  }

  private static void check(Descriptor type, byte[] bytes) throws Exception {
    DynamicMessage message;
    try {
      message = DynamicMessage.parseFrom(type, bytes);
    } catch (InvalidProtocolBufferException e) {
      return;
    }
    Violation size = SIZES.check(type, bytes);
    if (size != null) {
      assertThat(RULES.check(message)).isNotEmpty();
    }
  }
}
