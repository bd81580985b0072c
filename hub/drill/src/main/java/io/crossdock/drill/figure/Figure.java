package io.crossdock.drill.figure;

import java.util.Map;

/** Something that is measured on hubs of its own. */
interface Figure {

  /** As it is chosen by. Example: {@code outage}. */
  String name();

  /**
   * Measures.
   *
   * @return values by their keys in the report, in the report's order
   * @throws Exception when it cannot be measured
   */
  Map<String, Number> measure(Lab lab) throws Exception;
}
