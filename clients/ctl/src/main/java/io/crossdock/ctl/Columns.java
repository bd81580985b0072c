package io.crossdock.ctl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What a table shows of each entry of a list.
 *
 * @param <T> an entry
 */
final class Columns<T> {

  private final List<String> titles = new ArrayList<>();
  private final List<Function<T, String>> cells = new ArrayList<>();

  /** One more column. */
  Columns<T> add(String title, Function<T, String> cell) {
    titles.add(title);
    cells.add(cell);
    return this;
  }

  /** One more column of whole numbers. */
  Columns<T> number(String title, Function<T, ? extends Number> cell) {
    return add(title, entry -> OperatorCommand.number(cell.apply(entry).longValue()));
  }

  Table table(List<? extends T> entries) {
    Table table = new Table(titles.toArray(String[]::new));
    for (T entry : entries) {
      table.row(cells.stream().map(cell -> cell.apply(entry)).toArray(String[]::new));
    }
    return table;
  }
}
