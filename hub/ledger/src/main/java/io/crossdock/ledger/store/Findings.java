package io.crossdock.ledger.store;

import io.crossdock.failure.FailureException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a check finds, a sentence each; the first ones of many. For one thread. */
public final class Findings {

  private static final int MOST = 100;

  private final List<String> damage = new ArrayList<>();
  private final List<String> sentences = new ArrayList<>();
  private long more;

  /** What a step of a check does. */
  @FunctionalInterface
  public interface Step {

    /** Does it. */
    void run() throws SQLException;
  }

  /** Something that can be read and is wrong. */
  public void add(String sentence) {
    add(sentences, sentence);
  }

  /** Something that cannot be read. */
  public void unreadable(String sentence) {
    add(damage, sentence);
  }

  private void add(List<String> to, String sentence) {
    if (damage.size() + sentences.size() < MOST) {
      to.add(sentence);
    } else {
      more++;
    }
  }

  /** Runs a step; that it cannot be done is a finding, and the next one is done all the same. */
  public void attempt(String what, Step step) {
    try {
      step.run();
    } catch (FailureException e) {
      unreadable(what + " cannot be checked: " + e.failure().message());
    } catch (SQLException | IllegalStateException e) {
      // The latter is what the store makes of an error that is no outage.
      unreadable(what + " cannot be checked: " + reason(e));
    }
  }

  /** What cannot be read. */
  public List<String> damage() {
    return List.copyOf(damage);
  }

  /** What is wrong otherwise, with a sentence about those that were left out. */
  public List<String> sentences() {
    List<String> all = new ArrayList<>(sentences);
    if (more > 0) {
      all.add(more + " more findings are not listed");
    }
    return List.copyOf(all);
  }

  /** The first line of what the database says. */
  static String reason(Exception e) {
    Throwable told = e.getCause() instanceof SQLException cause ? cause : e;
    return String.valueOf(told.getMessage()).lines().findFirst().orElse("");
  }
}
