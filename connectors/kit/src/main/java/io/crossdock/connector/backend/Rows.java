package io.crossdock.connector.backend;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.FailureException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rows of a backend's list, of which one that cannot be understood does not spoil the others. */
public final class Rows {

  private static final Logger log = LoggerFactory.getLogger(Rows.class);

  private Rows() {}

  /**
   * Maps the rows that can be understood.
   *
   * @param mapper fails with {@code BACKEND_ANSWER_INVALID} for a row that cannot be
   * @param unreadable is given each of those
   */
  public static <T> List<T> readable(
      List<BackendData> rows, Function<BackendData, T> mapper, Consumer<BackendData> unreadable) {
    List<T> mapped = new ArrayList<>(rows.size());
    FailureException first = null;
    for (BackendData row : rows) {
      try {
        mapped.add(mapper.apply(row));
      } catch (FailureException e) {
        if (e.failure().reason() != Reason.REASON_BACKEND_ANSWER_INVALID) {
          throw e;
        }
        first = first == null ? e : first;
        unreadable.accept(row);
      }
    }
    if (first != null) {
      log.warn(
          "rows left out: {} of {}; the first: {}",
          rows.size() - mapped.size(),
          rows.size(),
          first.failure().message());
    }
    return mapped;
  }
}
