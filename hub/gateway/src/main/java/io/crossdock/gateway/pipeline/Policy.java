package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.operation.Operation;

/**
 * One rule on the way of a call, with one job.
 *
 * <p>Guarantees of the {@link Pipeline}:
 *
 * <ul>
 *   <li>{@link #before} runs on the call's event loop and must not block. It is asked once, and
 *       once more after each {@link Verdict.Wait} that it gave.
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

  /** Decides about a call. */
  Verdict before(Call call);

  /** Learns how a call ended that this policy let proceed. */
  default void after(Call call, Outcome outcome) {}

  /** Learns that a call ended while this policy had it wait. */
  default void abandoned(Call call) {}
}
