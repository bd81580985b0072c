package io.crossdock.gateway.pipeline;

import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.Operation;
import org.jspecify.annotations.Nullable;

/**
 * One rule on the way of a call, with one job.
 *
 * <p>Guarantees of the {@link Pipeline}:
 *
 * <ul>
 *   <li>{@link #before} runs on the call's event loop and must not block. It is asked once, and
 *       once more after each {@link Verdict.Wait} that it gave.
 *   <li>{@link #message} runs for each message of a client stream, in the order of the policies,
 *       before the exchange sees it.
 *   <li>{@link #after} runs exactly once for every call that {@code before} let proceed, on the
 *       same event loop, in the reverse order of the policies, whatever the outcome, a cancellation
 *       included. It does not run for a policy that answered or refused.
 *   <li>A policy that waits and whose call ends meanwhile gets {@link #abandoned} instead.
 *   <li>An exception out of either method fails the call with INTERNAL and does not keep the other
 *       policies from their {@code after}.
 * </ul>
 */
public interface Policy {

  /** Name in logs and in the printed order. */
  String name();

  /**
   * Whether the policy has anything to do for an operation; asked at start-up, so that a call runs
   * only through the policies that concern it.
   *
   * @throws IllegalArgumentException when the contract asks for the policy and it cannot apply
   */
  default boolean appliesTo(Operation operation) {
    return true;
  }

  /** Prepares for the calls of an operation that it applies to; called once, at start-up. */
  default void prepare(Operation operation) {}

  /** Decides about a call. */
  Verdict before(Call call);

  /**
   * Decides about one message of a client stream, which comes after {@link #before}.
   *
   * @return why the call fails; null when the message may pass
   */
  default @Nullable Failure message(Call call, byte[] message) {
    return null;
  }

  /** Learns how a call ended that this policy let proceed. */
  default void after(Call call, Outcome outcome) {}

  /** Learns that a call ended while this policy had it wait. */
  default void abandoned(Call call) {}
}
