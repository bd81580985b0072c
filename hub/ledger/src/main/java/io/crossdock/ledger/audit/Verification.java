package io.crossdock.ledger.audit;

/** What a check of the chain found. */
public sealed interface Verification {

  /** How many records were checked. */
  long checked();

  /**
   * Every record follows from the one before.
   *
   * @param last number of the last record that was checked; 0 when there is none
   * @param hash its hash in hexadecimal: who keeps it elsewhere can tell later that not even the
   *     whole chain was made anew
   */
  record Intact(long checked, long last, String hash) implements Verification {}

  /**
   * The chain does not hold.
   *
   * @param sequence number of the first record that does not
   */
  record Broken(long checked, long sequence, Fault fault) implements Verification {}

  /** What is wrong with a record. */
  enum Fault {
    /** It is not what its hash was made of. */
    CHANGED,
    /** It is not there. */
    REMOVED,
    /** It is there though the chain never had it. */
    INSERTED,
    /** It does not follow from the one before: that one was made anew, or this one. */
    UNLINKED
  }
}
