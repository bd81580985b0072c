package io.crossdock.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.operation.OwnContract;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DeadlinePolicyTest {

  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final long CONTRACTS = GET_BALANCE.deadline().toNanos();
  private static final Operation WITHOUT =
      OwnContract.compiled(OwnContract.file("shop.v1.Things", "", "", ""));

  private final AtomicLong now = new AtomicLong(1_000_000);
  private final Deadline.Ticker clock =
      new Deadline.Ticker() {
        @Override
        public long nanoTime() {
          return now.get();
        }
      };
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(0);
  private final Till till = new Till();

  @AfterEach
  void stop() {
    timers.shutdownNow();
    till.close();
  }

  @Test
  void takesTheContractsDeadlineWhenTheCallerHasNone() {
    assertThat(CONTRACTS).isPositive();
    assertThat(remaining(GET_BALANCE, Context.ROOT))
        .isBetween(CONTRACTS - TimeUnit.SECONDS.toNanos(1), CONTRACTS);
  }

  @Test
  void takesTheCallersDeadlineWhenItIsEarlier() {
    assertThat(remaining(GET_BALANCE, withDeadline(CONTRACTS / 2))).isEqualTo(CONTRACTS / 2);
  }

  @Test
  void takesTheContractsDeadlineWhenItIsEarlier() {
    assertThat(remaining(GET_BALANCE, withDeadline(CONTRACTS + 1)))
        .isBetween(CONTRACTS - TimeUnit.SECONDS.toNanos(1), CONTRACTS);
  }

  @Test
  void leavesACallWithoutAnyDeadline() {
    assertThat(remaining(WITHOUT, Context.ROOT)).isEqualTo(Long.MAX_VALUE);
    assertThat(remaining(WITHOUT, withDeadline(7))).isEqualTo(7);
  }

  @Test
  void refusesACallAtTheInstantItsDeadlinePasses() {
    Context almostOver = withDeadline(1);
    assertThat(remaining(GET_BALANCE, almostOver)).isEqualTo(1);

    now.incrementAndGet();

    assertThat(send(GET_BALANCE, almostOver).failure().reason())
        .isEqualTo(Reason.REASON_DEADLINE_EXCEEDED);
  }

  @Test
  void keepsCallersApart() {
    Context over = withDeadline(5);
    Context hasTime = withDeadline(15);
    now.addAndGet(10);

    assertThat(send(GET_BALANCE, over).status().isOk()).isFalse();
    assertThat(remaining(GET_BALANCE, hasTime)).isEqualTo(5);
  }

  private Context withDeadline(long nanos) {
    return Context.ROOT.withDeadline(Deadline.after(nanos, TimeUnit.NANOSECONDS, clock), timers);
  }

  private long remaining(Operation operation, Context caller) {
    return ByteBuffer.wrap(send(operation, caller).bytes()).getLong();
  }

  private Till.Answer send(Operation operation, Context caller) {
    Backend backend =
        Backend.doing((call, sink) ->
            sink.finish(
                new Outcome.Answered(
                    Payload.of(ByteBuffer.allocate(8).putLong(call.remainingNanos()).array()))));
    Pipeline pipeline =
        Pipeline.of(operation, List.of(new DeadlinePolicy(clock)), List.of(), backend);
    return till.send(pipeline, new byte[0], new Metadata(), caller, 0).answer();
  }
}
