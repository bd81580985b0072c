package io.crossdock.contract;

import java.util.Comparator;

/**
 * A rule that a contract breaks.
 *
 * @param file name of the file that has to change. Example: {@code acme/giftcard/v1/giftcard.proto}
 * @param element full name of the method, field, message, enum or service that has to change
 * @param problem what is wrong with it, continuing the sentence that the element begins
 * @param expected what would be right
 */
public record Finding(String file, String element, String problem, String expected)
    implements Comparable<Finding> {

  private static final Comparator<Finding> ORDER =
      Comparator.comparing(Finding::file)
          .thenComparing(Finding::element)
          .thenComparing(Finding::problem);

  @Override
  public int compareTo(Finding other) {
    return ORDER.compare(this, other);
  }

  /** One sentence with file, element and what is expected. */
  @Override
  public String toString() {
    return file + ": " + element + " " + problem + " (expected: " + expected + ")";
  }
}
