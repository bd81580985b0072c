package io.crossdock.hub.ops;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list that is short enough to be kept whole.
 *
 * @param items the items of the page
 * @param nextToken asks for the next page; empty on the last
 */
record Page<T>(List<T> items, String nextToken) {

  private static final int MAX_SIZE = 500;

  /**
   * The page that a token asks for.
   *
   * @param size most items; 0 means as many as a page can have
   * @param token empty for the first page
   * @return empty when the token is not one of this list's
   */
  static <T> Optional<Page<T>> of(List<T> all, int size, String token) {
    int from;
    try {
      from = token.isEmpty() ? 0 : Integer.parseInt(token);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    if (from < 0 || from > all.size()) {
      return Optional.empty();
    }
    int to = Math.min(all.size(), from + (size == 0 ? MAX_SIZE : Math.min(size, MAX_SIZE)));
    return Optional.of(
        new Page<>(all.subList(from, to), to == all.size() ? "" : Integer.toString(to)));
  }
}
