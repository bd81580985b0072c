package io.crossdock.ledger.offline;

/** What became of a request whose owner could not be asked. */
public sealed interface Decision {

  /**
   * It is accepted and written down, now or when the same request came before.
   *
   * @param authorisation as it was written down first
   */
  record Accepted(Authorisation authorisation) implements Decision {}

  /** It goes beyond a limit. */
  record Beyond(Limit limit) implements Decision {}

  /** The id belongs to another request: the caller made a mistake. */
  record OtherRequest() implements Decision {}

  /** Which limit. */
  enum Limit {
    /** That of one request. */
    EACH,
    /** That of the member's day. */
    MEMBER_DAY,
    /** That of the store's hour. */
    STORE_HOUR
  }
}
