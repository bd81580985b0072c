package io.crossdock.drill.load;

import java.util.ArrayList;
import java.util.List;

/**
 * What one writer has sent and what it was told. The writer alone writes it; it is read when the
 * writer has ended.
 */
public final class Journal {

  private final List<SentEvent> events = new ArrayList<>();
  private final List<SentRequest> requests = new ArrayList<>();
  private final List<SentRedemption> redemptions = new ArrayList<>();

  /** How a call ended, as far as its caller knows. */
  public enum Outcome {
    /** Nobody has said. */
    UNKNOWN,
    /** It was promised. */
    ACKNOWLEDGED,
    /** It was refused, and must have left no trace. */
    REFUSED
  }

  /** An event that was sent. */
  public static final class SentEvent {

    private final int request;
    private final String key;
    private long sequence;

    SentEvent(int request, String key) {
      this.request = request;
      this.key = key;
    }

    /** Number of the request that it belongs to. */
    public int request() {
      return request;
    }

    /** Aggregate and key. Example: {@code order/D-3-1}. */
    public String key() {
      return key;
    }

    /** The sequence that was promised; 0 when nothing was. */
    public long sequence() {
      return sequence;
    }

    void acknowledge(long promised) {
      sequence = promised;
    }
  }

  /** A request to publish. */
  public static final class SentRequest {

    private Outcome outcome = Outcome.UNKNOWN;

    /** How it ended. */
    public Outcome outcome() {
      return outcome;
    }

    void end(Outcome how) {
      outcome = how;
    }
  }

  /** A request to spend points without their owner. */
  public static final class SentRedemption {

    private final String member;
    private final long points;
    private long sequence;
    private Outcome outcome = Outcome.UNKNOWN;

    SentRedemption(String member, long points) {
      this.member = member;
      this.points = points;
    }

    /** Aggregate and key of its event. Example: {@code member/M-3-0}. */
    public String key() {
      return Topics.MEMBER + "/" + member;
    }

    /** How many points. */
    public long points() {
      return points;
    }

    /** The sequence of its event that was promised; 0 when nothing was. */
    public long sequence() {
      return sequence;
    }

    /** How it ended. */
    public Outcome outcome() {
      return outcome;
    }

    void acknowledge(long promised) {
      sequence = promised;
      outcome = Outcome.ACKNOWLEDGED;
    }

    void refuse() {
      outcome = Outcome.REFUSED;
    }
  }

  /** The events by their numbers. */
  public List<SentEvent> events() {
    return events;
  }

  /** The requests to publish by their numbers. */
  public List<SentRequest> requests() {
    return requests;
  }

  /** The offline authorisations by their numbers. */
  public List<SentRedemption> redemptions() {
    return redemptions;
  }
}
