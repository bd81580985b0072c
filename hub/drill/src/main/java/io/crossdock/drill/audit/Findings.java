package io.crossdock.drill.audit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with a ledger; the same thing is counted once, however many ways it shows. */
public final class Findings {

  private static final int TOLD = 20;

  private final Tally lost = new Tally("lost");
  private final Tally doubled = new Tally("doubled");
  private final Tally outOfOrder = new Tally("out of order");
  private final List<String> texts = new ArrayList<>();
  private boolean chainOk = true;

  /** The things of one kind. */
  private static final class Tally {

    // Beyond it they are counted without looking whether they were counted before.
    private static final int REMEMBERED = 100_000;

    private final String kind;
    private final Set<String> things = new HashSet<>();
    private long more;

    Tally(String kind) {
      this.kind = kind;
    }

    long size() {
      return things.size() + more;
    }

    boolean add(String thing) {
      if (things.size() < REMEMBERED) {
        return things.add(thing);
      }
      more++;
      return false;
    }
  }

  Findings() {}

  /** How much was promised and is not there. */
  public long lost() {
    return lost.size();
  }

  /** How much is there that nobody asked for, or more than once. */
  public long doubled() {
    return doubled.size();
  }

  /** How much has another place than was promised, or came too early. */
  public long outOfOrder() {
    return outOfOrder.size();
  }

  /** Whether each audit record follows from the one before. */
  public boolean chainOk() {
    return chainOk;
  }

  /** Whether nothing is wrong. */
  public boolean none() {
    return lost() == 0 && doubled() == 0 && outOfOrder() == 0 && chainOk;
  }

  /** The first things that are wrong, one line each. */
  public List<String> texts() {
    return List.copyOf(texts);
  }

  void lost(String thing, String how) {
    add(lost, thing, how);
  }

  void doubled(String thing, String how) {
    add(doubled, thing, how);
  }

  void outOfOrder(String thing, String how) {
    add(outOfOrder, thing, how);
  }

  void chainBroken(String how) {
    chainOk = false;
    tell("chain: " + how);
  }

  private void add(Tally tally, String thing, String how) {
    if (tally.add(thing)) {
      tell(tally.kind + ": " + thing + ": " + how);
    }
  }

  private void tell(String text) {
    if (texts.size() < TOLD) {
      texts.add(text);
    }
  }
}
