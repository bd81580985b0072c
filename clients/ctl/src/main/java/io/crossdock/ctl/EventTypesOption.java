package io.crossdock.ctl;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which types of events; none means all. */
final class EventTypesOption {

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      converter = EventTypes.class,
      description = "Only events of this type, for example PointsAccrued; can be repeated.")
  private List<String> types = new ArrayList<>();

  EventTypesOption() {}

  /** Full names, each once. */
  List<String> names() {
    return types.stream().distinct().toList();
  }
}
