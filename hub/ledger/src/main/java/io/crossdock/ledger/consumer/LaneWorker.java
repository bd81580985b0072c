package io.crossdock.ledger.consumer;

/** Carries events until it is told to end; begins anew by itself after whatever went wrong. */
public interface LaneWorker extends AutoCloseable {

  /** Begins. */
  void start();

  /** Asks it to end, without waiting. */
  void stop();

  /** Lets what is under way end and gives up what it holds, so that others go on at once. */
  @Override
  void close();

  /** Ends as a process does that dies: nothing more is written. */
  void die();

  /** Somebody acted on a dead letter. */
  void recheckDeadLetters();

  /** How it goes. */
  LaneHealth health();
}
