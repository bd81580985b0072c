package io.crossdock.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CacheKeyTest {

  @Test
  void isEqualForTheSameOperationAndFields() {
    CacheKey key = new CacheKey(3, new byte[] {1, 2});

    assertThat(key).isEqualTo(new CacheKey(3, new byte[] {1, 2}));
    assertThat(key).hasSameHashCodeAs(new CacheKey(3, new byte[] {1, 2}));
  }

  @Test
  void keepsOperationsAndFieldsApart() {
    CacheKey key = new CacheKey(3, new byte[] {1, 2});

    assertThat(key).isNotEqualTo(new CacheKey(4, new byte[] {1, 2}));
    assertThat(key).isNotEqualTo(new CacheKey(3, new byte[] {1, 3}));
    assertThat(key).isNotEqualTo(new CacheKey(3, new byte[] {1}));
    assertThat(key).isNotEqualTo(new CacheKey(3, new byte[] {}));
    assertThat(key).isNotEqualTo("3");
  }

  @Test
  void keepsKeysOfTheSameHashApart() {
    // 31 * 1 + b and 31 * 2 + (b - 31) are the same number.
    CacheKey key = new CacheKey(1, new byte[] {40});
    CacheKey other = new CacheKey(2, new byte[] {9});

    assertThat(other).hasSameHashCodeAs(key);
    assertThat(other).isNotEqualTo(key);
  }
}
