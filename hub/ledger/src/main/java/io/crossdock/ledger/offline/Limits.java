package io.crossdock.ledger.offline;

/**
 * How much may be accepted without the owner, in the unit of the amounts.
 *
 * @param each the most for one request
 * @param memberDay the most for a member in a calendar day
 * @param storeHour the most at a store in an hour
 */
public record Limits(long each, long memberDay, long storeHour) {

  public Limits {
    if (each < 0 || memberDay < 0 || storeHour < 0) {
      throw new IllegalArgumentException(
          "limits: " + each + ", " + memberDay + ", " + storeHour + " (expected: 0 or more)");
    }
  }
}
