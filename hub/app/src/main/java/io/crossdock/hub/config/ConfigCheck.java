package io.crossdock.hub.config;

/** Checks one feature's part of the configuration against the rest and against the contracts. */
interface ConfigCheck {

  /** Adds an error to the draft's document for everything that is wrong. */
  void check(Draft draft);
}
