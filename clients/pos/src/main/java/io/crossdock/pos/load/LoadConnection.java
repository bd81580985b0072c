package io.crossdock.pos.load;

import io.crossdock.client.CrossdockClient;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.InventoryServiceGrpc.InventoryServiceStub;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc.LoyaltyServiceStub;
import io.grpc.Status;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One connection to the hub and the calls on it. */
final class LoadConnection {

  private final LoyaltyServiceStub loyalty;
  private final InventoryServiceStub inventory;
  private final @Nullable Duration timeout;
  private final Tally tally;

  LoadConnection(CrossdockClient client, @Nullable Duration timeout, Tally tally) {
    this.loyalty = client.stub(LoyaltyServiceGrpc::newStub);
    this.inventory = client.stub(InventoryServiceGrpc::newStub);
    this.timeout = timeout;
    this.tally = tally;
  }

  /**
   * Asks for a balance.
   *
   * @param due time its latency counts from, as {@link System#nanoTime}
   * @param after runs when the call has ended
   */
  void balance(String member, long due, Runnable after) {
    bounded(loyalty)
        .getBalance(
            GetBalanceRequest.newBuilder().setMemberId(member).build(),
            new Counted<>(GetBalanceResponse::getHubFreshness, due, after));
  }

  /** Asks for stock, as {@link #balance}. */
  void stock(String item, String store, long due, Runnable after) {
    bounded(inventory)
        .getAvailability(
            GetAvailabilityRequest.newBuilder().setItemId(item).setLocationId(store).build(),
            new Counted<>(GetAvailabilityResponse::getHubFreshness, due, after));
  }

  private <S extends AbstractStub<S>> S bounded(S stub) {
    return timeout == null ? stub : stub.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  private final class Counted<A> implements StreamObserver<A> {

    private final Function<A, HubFreshness> freshness;
    private final long due;
    private final Runnable after;
    private Freshness.Mode mode = Freshness.Mode.MODE_UNSPECIFIED;

    Counted(Function<A, HubFreshness> freshness, long due, Runnable after) {
      this.freshness = freshness;
      this.due = due;
      this.after = after;
    }

    @Override
    public void onNext(A answer) {
      mode = freshness.apply(answer).getMode();
    }

    @Override
    public void onError(Throwable error) {
      tally.failed(System.nanoTime() - due, Status.fromThrowable(error).getCode());
      after.run();
    }

    @Override
    public void onCompleted() {
      tally.answered(System.nanoTime() - due, mode);
      after.run();
    }
  }
}
