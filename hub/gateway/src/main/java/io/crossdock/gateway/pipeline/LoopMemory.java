package io.crossdock.gateway.pipeline;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one event loop hold of the hub's memory. A loop that holds no more than
 * its equal part of what all may hold need not ask the others.
 *
 * <p>Written by its event loop; the figures may be read by any thread and are then a moment old.
 */
public final class LoopMemory {

  private final long maxBytes;
  private final List<LoopMemory> all;
  private final Set<ConnectionMemory> connections =
      Collections.newSetFromMap(new IdentityHashMap<>());
  private final AtomicLong requestBytes = new AtomicLong();
  private final AtomicLong answerBytes = new AtomicLong();
  // Has been told to go and has not gone yet.
  private @Nullable ConnectionMemory leaving;

  /**
   * Opens the account of a loop.
   *
   * @param maxBytes most that the connections of all loops may hold together
   * @param all the accounts of all loops, this one included; complete before the first call
   */
  public LoopMemory(long maxBytes, List<LoopMemory> all) {
    this.maxBytes = maxBytes;
    this.all = all;
  }

  /** Bytes of requests that are incomplete, unread or not passed on. */
  public long requestBytes() {
    return requestBytes.getOpaque();
  }

  /** Bytes of answers that their callers have not taken. */
  public long answerBytes() {
    return answerBytes.getOpaque();
  }

  void opened(ConnectionMemory connection) {
    connections.add(connection);
  }

  @SuppressWarnings("ReferenceEquality") // accounts have no value but themselves
  void closed(ConnectionMemory connection) {
    connections.remove(connection);
    if (leaving == connection) {
      leaving = null;
    }
  }

  void addRequestBytes(long bytes) {
    requestBytes.setOpaque(requestBytes.getPlain() + bytes);
  }

  void addAnswerBytes(long bytes) {
    answerBytes.setOpaque(answerBytes.getPlain() + bytes);
  }

  /** Has the connection go that holds most here, when all together hold too much. */
  void check() {
    if (leaving != null || held() <= maxBytes / all.size() || total() <= maxBytes) {
      return;
    }
    ConnectionMemory largest = null;
    for (ConnectionMemory each : connections) {
      if (largest == null || each.held() > largest.held()) {
        largest = each;
      }
    }
    leaving = largest;
    if (largest != null) {
      largest.tooMuch();
    }
  }

  private long held() {
    return requestBytes.getOpaque() + answerBytes.getOpaque();
  }

  private long total() {
    long total = 0;
    for (LoopMemory each : all) {
      total += each.held();
    }
    return total;
  }
}
