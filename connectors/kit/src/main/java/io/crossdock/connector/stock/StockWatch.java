package io.crossdock.connector.stock;

import io.crossdock.common.v1.Freshness;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.service.ContractService.Answers;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.WatchAvailabilityResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells stock as it is and then whenever it changes, from a backend that must be asked.
 *
 * <p>Asks again and again for what changed since the latest change it knows of, by the backend's
 * own clock. What the backend says twice is told once. Ends with the call.
 */
public final class StockWatch {

  // Finer than the life of a cached figure, coarse enough for an ERP.
  private static final Duration PAUSE = Duration.ofSeconds(1);
  // How far the backend's clock may be behind ours. What is older need not be asked for again.
  private static final Duration CLOCK_DOUBT = Duration.ofMinutes(10);

  private final Source source;
  private final Freshness freshness;
  private final Set<String> wanted;

  /** The backend's stock of one location. */
  public interface Source {

    /** The stock as it is, of the items wanted. */
    Page now(String place) throws InterruptedException;

    /** The stock of the items that changed at or after a moment. */
    Page since(Instant moment, String place) throws InterruptedException;
  }

  /**
   * Some rows of stock, each with its {@code as_of}.
   *
   * @param next place of the next page; empty on the last
   */
  public record Page(List<Availability> rows, String next) {

    public Page {
      rows = List.copyOf(rows);
    }
  }

  /**
   * @param wanted items to tell of; empty means all
   */
  public StockWatch(Source source, String system, List<String> wanted) {
    this.source = source;
    this.freshness = Freshness.newBuilder().setSourceSystem(system).build();
    this.wanted = new HashSet<>(wanted);
  }

  /** Tells until the call ends. */
  public void run(Answers<WatchAvailabilityResponse> answers) throws InterruptedException {
    @Nullable Instant since = null;
    // Rows that the backend will tell again, because they are not older than what is asked for.
    Map<String, Availability> told = new HashMap<>();
    while (true) {
      Instant from = since;
      Instant latest = Instant.now().minus(CLOCK_DOUBT);
      String place = "";
      do {
        Page page = from == null ? source.now(place) : source.since(from, place);
        if (place.isEmpty()) {
          // What changes from here on has a later time than all that the first page shows.
          latest = later(latest, page);
        }
        for (Availability row : page.rows()) {
          if (wanted.isEmpty() || wanted.contains(row.getItemId())) {
            tell(row, told, answers);
          }
        }
        place = page.next();
      } while (!place.isEmpty());
      Instant again = from != null && from.isAfter(latest) ? from : latest;
      since = again;
      told.values().removeIf(row -> Canonical.instant(row.getAsOf()).isBefore(again));
      Thread.sleep(PAUSE);
    }
  }

  private void tell(
      Availability row, Map<String, Availability> told, Answers<WatchAvailabilityResponse> answers)
      throws InterruptedException {
    if (!row.equals(told.put(row.getItemId(), row))) {
      answers.send(
          WatchAvailabilityResponse.newBuilder()
              .setAvailability(row)
              .setFreshness(freshness)
              .build());
    }
  }

  private static Instant later(Instant moment, Page page) {
    Instant latest = moment;
    for (Availability row : page.rows()) {
      Instant changed = Canonical.instant(row.getAsOf());
      if (changed.isAfter(latest)) {
        latest = changed;
      }
    }
    return latest;
  }
}
