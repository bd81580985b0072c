package io.crossdock.ctl;

import io.crossdock.policy.v1.Lane;

/** The contract's lanes as people write them. */
enum LaneName {
  financial(Lane.LANE_FINANCIAL),
  business(Lane.LANE_BUSINESS),
  stock(Lane.LANE_STOCK);

  private final Lane lane;

  LaneName(Lane lane) {
    this.lane = lane;
  }

  Lane lane() {
    return lane;
  }
}
