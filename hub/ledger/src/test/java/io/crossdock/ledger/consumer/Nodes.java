package io.crossdock.ledger.consumer;

/** Starts one node of several. */
@FunctionalInterface
public interface Nodes {

  /** Starts it. */
  Consumers start();
}
