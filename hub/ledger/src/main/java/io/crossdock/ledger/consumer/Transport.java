package io.crossdock.ledger.consumer;

import io.crossdock.failure.FailureException;
import io.crossdock.policy.v1.Lane;
import java.util.List;

/** Brings the events of a lane to a consumer: read from the log itself, or over a broker. */
public interface Transport extends AutoCloseable {

  /** What has to run whoever consumes, such as a relay to a broker; not started yet. */
  List<LaneWorker> relays(DeliveryContext context);

  /**
   * What delivers a lane to a consumer; not started yet.
   *
   * @throws FailureException with {@code INVALID_STATE} when this ledger's events come another way
   */
  LaneWorker worker(DeliveryContext context, Consumer consumer, Lane lane);

  /** Closes its connections, after the workers. */
  @Override
  void close();
}
