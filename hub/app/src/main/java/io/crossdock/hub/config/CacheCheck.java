package io.crossdock.hub.config;

/** The cache: fits into the heap beside everything else. */
final class CacheCheck implements ConfigCheck {

  private final long heapBytes;

  /**
   * @param heapBytes the most memory that the heap may grow to
   */
  CacheCheck(long heapBytes) {
    this.heapBytes = heapBytes;
  }

  @Override
  public void check(Draft draft) {
    long bytes = draft.config().getCache().getMaxBytes();
    long most = heapBytes / 4 * 3;
    if (bytes > most) {
      draft.error(
          "cache.max_bytes",
          Long.toString(bytes),
          "at most "
              + most
              + ", three quarters of this process's heap of "
              + heapBytes
              + "; -Xmx gives it more");
    }
  }
}
