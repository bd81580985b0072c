package io.crossdock.gateway.pipeline;

import io.grpc.Attributes;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one connection of a caller holds of the hub's memory, and its share of what all of them may.
 *
 * <p>Written by the event loop of the connection; the figures may be read by any thread and are
 * then a moment old.
 */
public final class ConnectionMemory {

  /** Where a call's attributes have the account of its connection. */
  public static final Attributes.Key<ConnectionMemory> KEY =
      Attributes.Key.create("crossdock-connection-memory");

  private final LoopMemory loop;
  private final long maxBytes;
  private final Runnable onTooMuch;
  private final AtomicLong held = new AtomicLong();
  private long requestBytes;
  private long answerBytes;
  private long unreadBytes;
  private long unsentBytes;
  private boolean closed;

  /**
   * Opens the account of a connection.
   *
   * @param maxBytes most that the connection may hold
   * @param onTooMuch run when it holds more; perhaps more than once, and in the midst of a call
   */
  public ConnectionMemory(LoopMemory loop, long maxBytes, Runnable onTooMuch) {
    this.loop = loop;
    this.maxBytes = maxBytes;
    this.onTooMuch = onTooMuch;
    loop.opened(this);
  }

  /** Bytes that the connection holds. */
  public long held() {
    return held.getOpaque();
  }

  /** Sets how many received bytes wait for a call to read them. */
  public void unreadBytes(long bytes) {
    long change = bytes - unreadBytes;
    unreadBytes = bytes;
    loop.addRequestBytes(change);
    changed();
  }

  /** Sets how many bytes wait for the network to take them. */
  public void unsentBytes(long bytes) {
    unsentBytes = bytes;
    changed();
  }

  /** Gives everything back; the connection is gone. */
  public void close() {
    closed = true;
    loop.closed(this);
    loop.addRequestBytes(-requestBytes - unreadBytes);
    loop.addAnswerBytes(-answerBytes);
    held.setOpaque(0);
  }

  void addRequestBytes(long bytes) {
    if (!closed) {
      requestBytes += bytes;
      loop.addRequestBytes(bytes);
      changed();
    }
  }

  void addAnswerBytes(long bytes) {
    if (!closed) {
      answerBytes += bytes;
      loop.addAnswerBytes(bytes);
      changed();
    }
  }

  void tooMuch() {
    onTooMuch.run();
  }

  private void changed() {
    // Answers on their way to the network are among those that were not taken.
    long now = requestBytes + unreadBytes + Math.max(answerBytes, unsentBytes);
    held.setOpaque(now);
    if (now > maxBytes) {
      onTooMuch.run();
    } else {
      loop.check();
    }
  }
}
