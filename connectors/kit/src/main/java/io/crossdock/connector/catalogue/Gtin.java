package io.crossdock.connector.catalogue;

import java.util.ArrayList;
import java.util.List;

/** GS1 numbers, which systems write with and without their leading zeros. */
public final class Gtin {

  private static final List<Integer> LENGTHS = List.of(8, 12, 13, 14);

  private Gtin() {}

  /** All ways to write a number, the shortest first. */
  public static List<String> forms(String digits) {
    String bare = digits.replaceFirst("^0+", "");
    List<String> forms = new ArrayList<>();
    for (int length : LENGTHS) {
      if (length >= bare.length()) {
        forms.add("0".repeat(length - bare.length()) + bare);
      }
    }
    return forms;
  }
}
