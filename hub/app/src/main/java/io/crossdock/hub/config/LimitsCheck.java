package io.crossdock.hub.config;

import io.crossdock.config.v1.Limits;

/** The limits: one connection has room for a request and an answer of the largest size. */
final class LimitsCheck implements ConfigCheck {

  private static final long MESSAGE_BYTES = 4 << 20;

  @Override
  public void check(Draft draft) {
    Limits limits = draft.config().getLimits();
    long message = limits.hasMaxMessageBytes() ? limits.getMaxMessageBytes() : MESSAGE_BYTES;
    long atLeast = 2 * message;
    if (limits.hasMaxConnectionBytes() && limits.getMaxConnectionBytes() < atLeast) {
      draft.error(
          "limits.max_connection_bytes",
          Long.toString(limits.getMaxConnectionBytes()),
          "at least " + atLeast + ", twice limits.max_message_bytes");
    }
    if (limits.hasMaxBufferedBytes()
        && limits.getMaxBufferedBytes() < Math.max(atLeast, limits.getMaxConnectionBytes())) {
      draft.error(
          "limits.max_buffered_bytes",
          Long.toString(limits.getMaxBufferedBytes()),
          "at least limits.max_connection_bytes and twice limits.max_message_bytes");
    }
  }
}
