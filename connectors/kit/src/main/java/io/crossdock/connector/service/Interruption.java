package io.crossdock.connector.service;

import io.grpc.Context;

/**
 * Interrupts the thread that works on a call when the call ends before its work: at its deadline,
 * or when its caller leaves.
 */
final class Interruption implements AutoCloseable, Context.CancellationListener {

  private final Thread thread = Thread.currentThread();
  private final Context context = Context.current();
  private boolean over;

  /** Watches over the current call on the current thread until it is closed. */
  static Interruption begin() {
    Interruption interruption = new Interruption();
    interruption.context.addListener(interruption, Runnable::run);
    return interruption;
  }

  @Override
  public synchronized void cancelled(Context ended) {
    if (!over) {
      thread.interrupt();
    }
  }

  /** From here on the thread belongs to somebody else. */
  @Override
  public void close() {
    context.removeListener(this);
    synchronized (this) {
      over = true;
    }
    Thread.interrupted();
  }
}
