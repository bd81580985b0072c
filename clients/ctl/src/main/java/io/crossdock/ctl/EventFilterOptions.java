package io.crossdock.ctl;

import io.crossdock.event.v1.EventFilter;
import io.crossdock.policy.v1.Lane;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which events; all that is given must match. */
final class EventFilterOptions {

  @Mixin private EventTypesOption types = new EventTypesOption();

  @Option(names = "--lane", paramLabel = "LANE", description = "Only: ${COMPLETION-CANDIDATES}.")
  private @Nullable LaneName lane;

  /** The contract's lanes as people write them. */
  private enum LaneName {
    financial(Lane.LANE_FINANCIAL),
    business(Lane.LANE_BUSINESS),
    stock(Lane.LANE_STOCK);

    private final Lane lane;

    LaneName(Lane lane) {
      this.lane = lane;
    }
  }

  EventFilterOptions() {}

  EventFilter filter(String keyPrefix) {
    EventFilter.Builder filter =
        EventFilter.newBuilder().addAllTypes(types.names()).setKeyPrefix(keyPrefix);
    if (lane != null) {
      filter.setLane(lane.lane);
    }
    return filter.build();
  }
}
