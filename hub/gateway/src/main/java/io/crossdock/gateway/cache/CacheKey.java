package io.crossdock.gateway.cache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What an answer is kept under: the operation and the key fields of the request. */
final class CacheKey {

  private final int operation;
  private final byte[] fields;
  private final int hash;

  /**
   * @param operation number of the operation
   * @param fields the request's key fields; never changed afterwards
   */
  CacheKey(int operation, byte[] fields) {
    this.operation = operation;
    this.fields = fields;
    this.hash = 31 * operation + Arrays.hashCode(fields);
  }

  int operation() {
    return operation;
  }

  int size() {
    return fields.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CacheKey key
        && key.hash == hash
        && key.operation == operation
        && Arrays.equals(key.fields, fields);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
