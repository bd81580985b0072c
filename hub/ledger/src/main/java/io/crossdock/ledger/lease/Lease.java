package io.crossdock.ledger.lease;

import com.google.protobuf.ByteString;
import java.util.concurrent.atomic.AtomicLong;

/** Work that this node has claimed. */
public final class Lease {

  private final String kind;
  private final String id;
  private final ByteString payload;
  private final long fence;
  private final int attempts;
  private final AtomicLong endsAtNanos;
  private volatile boolean lost;

  Lease(String kind, String id, ByteString payload, long fence, int attempts, long endsAtNanos) {
    this.kind = kind;
    this.id = id;
    this.payload = payload;
    this.fence = fence;
    this.attempts = attempts;
    this.endsAtNanos = new AtomicLong(endsAtNanos);
  }

  /** Which kind of work. */
  public String kind() {
    return kind;
  }

  /** Which piece of its kind. */
  public String id() {
    return id;
  }

  /** What was left with it. */
  public ByteString payload() {
    return payload;
  }

  /** Higher than that of every claim before. */
  public long fence() {
    return fence;
  }

  /** How often it was claimed since it last went well, with this time. */
  public int attempts() {
    return attempts;
  }

  /**
   * Whether it is still this node's as far as this node knows; to be asked before an effect outside
   * the ledger.
   */
  public boolean held() {
    return !lost && System.nanoTime() - endsAtNanos.get() < 0;
  }

  void renewed(long untilNanos) {
    endsAtNanos.set(untilNanos);
  }

  void lose() {
    lost = true;
  }
}
