package io.crossdock.ledger.event;

import io.crossdock.policy.v1.Lane;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Somebody who still needs events of the log, so that they are neither archived nor deleted. */
@FunctionalInterface
public interface RetentionHold {

  /**
   * Who needs a lane's events, and behind which event: {@code consumer erp} with 17 needs what has
   * an id above 17. The names are for operators. Everybody who needs nothing is left out.
   */
  Map<String, Long> holders(Connection connection, Lane lane) throws SQLException;
}
