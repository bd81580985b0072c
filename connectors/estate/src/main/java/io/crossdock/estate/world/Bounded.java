package io.crossdock.estate.world;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the newest entries only, so that a long load test does not fill the memory. */
public final class Bounded<K, V> extends LinkedHashMap<K, V> {

  private static final long serialVersionUID = 1;

  private final int most;

  public Bounded(int most) {
    this.most = most;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > most;
  }
}
