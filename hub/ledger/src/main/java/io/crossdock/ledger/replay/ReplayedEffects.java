package io.crossdock.ledger.replay;

import io.crossdock.ledger.store.Store;
import java.sql.PreparedStatement;

/** Notes of effects within the ledger that were done in replays. */
public final class ReplayedEffects {

  private final Store store;

  /** Stands on a ledger. */
  public ReplayedEffects(Store store) {
    this.store = store;
  }

  /**
   * Forgets the notes of events that are forgotten, which no replay can find again.
   *
   * @param most how many at once, so that other writes do not wait long
   * @return how many were forgotten
   */
  public int expire(int most) {
    return store.write(connection -> {
      try (PreparedStatement delete =
          connection.prepareStatement(
              """
              DELETE FROM replayed_effects WHERE (consumer, event) IN (
                SELECT consumer, event FROM replayed_effects
                WHERE event < (SELECT min(id) FROM events) LIMIT ?)
              """)) {
        delete.setInt(1, most);
        return delete.executeUpdate();
      }
    });
  }
}
