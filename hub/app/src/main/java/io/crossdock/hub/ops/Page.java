package io.crossdock.hub.ops;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.util.List;

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
   * @throws FailureException when the token is not one of this list's
   */
  static <T> Page<T> of(List<T> all, int size, String token) {
    int from = token.isEmpty() ? 0 : parse(token);
    if (from < 0 || from > all.size()) {
      throw notFromThisList();
    }
    int to = Math.min(all.size(), from + (size == 0 ? MAX_SIZE : Math.min(size, MAX_SIZE)));
    return new Page<>(all.subList(from, to), to == all.size() ? "" : Integer.toString(to));
  }

  private static int parse(String token) {
    try {
      return Integer.parseInt(token);
    } catch (NumberFormatException e) {
      throw notFromThisList();
    }
  }

  private static FailureException notFromThisList() {
    return new FailureException(
        Failure.of(Reason.REASON_PAGE_TOKEN_INVALID, "The page token is not from this list."));
  }
}
