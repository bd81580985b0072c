package io.crossdock.runtime.config;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Finds the name that was probably meant. */
public final class Suggestion {

  private static final int LISTED = 12;

  private Suggestion() {}

  /**
   * What was expected instead of a name: the names there are, and the one that was probably meant.
   */
  public static String among(String written, List<String> names) {
    Optional<String> nearest = nearest(written, names);
    if (names.size() == 1) {
      return names.getFirst();
    }
    if (names.size() <= LISTED) {
      return "one of " + String.join(", ", names) + didYouMean(nearest, "; ");
    }
    return nearest.isPresent()
        ? "one of " + names.size() + " names" + didYouMean(nearest, "; ")
        : "one of " + String.join(", ", names.subList(0, LISTED)) + " and others";
  }

  private static String didYouMean(Optional<String> nearest, String before) {
    return nearest.map(name -> before + "did you mean " + name + "?").orElse("");
  }

  private static Optional<String> nearest(String written, List<String> names) {
    return names.stream()
        .filter(name ->
            distance(written, name) <= Math.max(2, name.length() / 3)
                && distance(written, name) < Math.max(written.length(), name.length()))
        .min(Comparator.comparingInt(name -> distance(written, name)));
  }

  // Levenshtein: insertions, deletions and replacements that lead from one name to the other.
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
