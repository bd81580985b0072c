package io.crossdock.ledger.consumer;

/** Starts one node of several. */
@FunctionalInterface
interface Nodes {
  Consumers start();
}
