package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Decimal;
import io.crossdock.common.v1.Quantity;
import io.crossdock.failure.Failure.Violation;
import io.crossdock.order.v1.LineQuantities;
import io.crossdock.rules.MessageRules;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What can become of a line of an order, told as stories that the ledger of quantities must allow.
 */
final class OrderLineLedgerTest {

  private static final MessageRules RULES = new MessageRules();

  @Test
  void aLineThatWasJustOrderedIsOpen() {
    assertThat(broken(ordered("2"))).isEmpty();
  }

  @Test
  void oneOfTwoAllocatedUnitsIsCancelled() {
    assertThat(broken(ordered("2").setAllocated(pieces("2")))).isEmpty();
    assertThat(broken(ordered("2").setAllocated(pieces("1")).setCancelled(pieces("1")))).isEmpty();
    assertThat(broken(ordered("2").setAllocated(pieces("2")).setCancelled(pieces("1"))))
        .containsExactly("line_quantities.open");
  }

  @Test
  void aShortPickIsAllocatedAnewElsewhereOrCancelled() {
    LineQuantities.Builder picked = ordered("3").setAllocated(pieces("3")).setPicked(pieces("2"));
    assertThat(broken(picked)).isEmpty();

    assertThat(broken(ordered("3").setAllocated(pieces("2")).setPicked(pieces("2")))).isEmpty();
    assertThat(broken(ordered("3").setAllocated(pieces("3")).setPicked(pieces("2")))).isEmpty();
    assertThat(
            broken(
                ordered("3")
                    .setAllocated(pieces("2"))
                    .setPicked(pieces("2"))
                    .setCancelled(pieces("1"))))
        .isEmpty();
    assertThat(broken(ordered("3").setAllocated(pieces("2")).setPicked(pieces("3"))))
        .containsExactly("line_quantities.picked");
  }

  @Test
  void partLeavesAndPartIsStillAllocated() {
    assertThat(broken(ordered("5").setAllocated(pieces("2")).setShipped(pieces("3")))).isEmpty();
    assertThat(broken(ordered("5").setAllocated(pieces("3")).setShipped(pieces("3"))))
        .containsExactly("line_quantities.open");
  }

  @Test
  void aPickupThatIsNotCollectedOpensAgainAndIsCancelled() {
    assertThat(broken(ordered("1").setAllocated(pieces("1")).setPicked(pieces("1")))).isEmpty();
    assertThat(broken(ordered("1").setNotCollected(pieces("1")))).isEmpty();
    assertThat(broken(ordered("1").setNotCollected(pieces("1")).setCancelled(pieces("1"))))
        .isEmpty();
  }

  @Test
  void aLostParcelIsSentAgain() {
    LineQuantities.Builder lost = ordered("1").setShipped(pieces("1")).setLost(pieces("1"));
    assertThat(broken(lost)).isEmpty();

    assertThat(
            broken(
                ordered("1")
                    .setShipped(pieces("2"))
                    .setLost(pieces("1"))
                    .setDelivered(pieces("1"))))
        .isEmpty();
    assertThat(broken(lost.clone().setCancelled(pieces("1")))).isEmpty();
    assertThat(broken(lost.clone().setDelivered(pieces("1"))))
        .containsExactly("line_quantities.on_its_way");
    assertThat(broken(ordered("1").setShipped(pieces("2")).setDelivered(pieces("1"))))
        .containsExactly("line_quantities.open");
  }

  @Test
  void aParcelThatComesBackIsCancelledOrSentAgain() {
    LineQuantities.Builder back =
        ordered("2").setShipped(pieces("2")).setReturnedToSender(pieces("2"));
    assertThat(broken(back)).isEmpty();
    assertThat(broken(back.clone().setCancelled(pieces("2")))).isEmpty();
    assertThat(broken(back.clone().setAllocated(pieces("2")))).isEmpty();
    assertThat(broken(back.clone().setReturned(pieces("1"))))
        .contains("line_quantities.with_the_customer");
  }

  @Test
  void goodsThatWeighMoreAddAnOverageAndGoodsThatWeighLessACancellation() {
    assertThat(broken(weighed("1.000").setPickedUp(kilos("1.050")).setOverage(kilos("0.050"))))
        .isEmpty();
    assertThat(broken(weighed("1.000").setPickedUp(kilos("0.950")).setCancelled(kilos("0.050"))))
        .isEmpty();
    assertThat(broken(weighed("1.000").setPickedUp(kilos("1.050"))))
        .containsExactly("line_quantities.open");
    assertThat(broken(weighed("0.3").setShipped(kilos("0.1")).setPickedUp(kilos("0.2"))))
        .as("sums of decimals that are no binary fractions")
        .isEmpty();
  }

  @Test
  void goodsComeBackFromTheCustomerOnceEach() {
    LineQuantities.Builder delivered =
        ordered("2").setShipped(pieces("2")).setDelivered(pieces("2"));

    assertThat(broken(delivered.clone().setReturnRequested(pieces("2")))).isEmpty();
    assertThat(broken(delivered.clone().setReturned(pieces("1")).setReturnRequested(pieces("1"))))
        .isEmpty();
    assertThat(broken(delivered.clone().setReturned(pieces("1")).setReturnRequested(pieces("2"))))
        .containsExactly("line_quantities.return_requested");
    assertThat(broken(delivered.clone().setReturned(pieces("3"))))
        .contains("line_quantities.with_the_customer");
  }

  @Test
  void aReturnMayBeAnnouncedWhileTheParcelIsOnItsWay() {
    assertThat(broken(ordered("1").setShipped(pieces("1")).setReturnRequested(pieces("1"))))
        .isEmpty();
    assertThat(broken(ordered("1").setReturnRequested(pieces("1"))))
        .containsExactly("line_quantities.return_requested");
  }

  @Test
  void allQuantitiesOfALineAreInOneUnitAndNoneIsNegative() {
    assertThat(broken(ordered("1").setAllocated(kilos("1"))))
        .containsExactly("line_quantities.one_unit");
    assertThat(broken(ordered("1").setCancelled(pieces("-1"))))
        .containsExactly("line_quantities.not_negative");
  }

  private static LineQuantities.Builder ordered(String amount) {
    return LineQuantities.newBuilder().setOrdered(pieces(amount));
  }

  private static LineQuantities.Builder weighed(String amount) {
    return LineQuantities.newBuilder().setOrdered(kilos(amount));
  }

  private static Quantity pieces(String amount) {
    return Quantity.newBuilder().setValue(Decimal.newBuilder().setValue(amount)).build();
  }

  private static Quantity kilos(String amount) {
    return pieces(amount).toBuilder().setUnitCode("KGM").build();
  }

  private static List<String> broken(LineQuantities.Builder line) {
    return RULES.check(line.build()).stream().map(Violation::rule).toList();
  }
}
