package io.crossdock.pos.load;

import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Which members, items and stores are asked for: a share of the calls goes to few hot ones, the
 * rest to all. The same seed makes the same calls.
 */
final class Keys {

  private static final int FIRST = 1001;

  private final SplittableRandom random;
  private final double hotShare;
  private final int hotKeys;
  private final int members;
  private final int items;
  private final int stores;

  /**
   * @param hotShare share of the calls that go to hot keys, 0 to 1
   * @param hotKeys how many members and items are hot
   * @param members M-1001 and so on
   * @param items SKU-1001 and so on
   * @param stores EU-001 and so on
   */
  Keys(long seed, double hotShare, int hotKeys, int members, int items, int stores) {
    this.random = new SplittableRandom(seed);
    this.hotShare = hotShare;
    this.hotKeys = hotKeys;
    this.members = members;
    this.items = items;
    this.stores = stores;
  }

  boolean chance(double share) {
    return random.nextDouble() < share;
  }

  String member() {
    return "M-" + (FIRST + pick(members));
  }

  String item() {
    return "SKU-" + (FIRST + pick(items));
  }

  String store() {
    return String.format(Locale.ROOT, "EU-%03d", 1 + random.nextInt(stores));
  }

  private int pick(int all) {
    return random.nextInt(chance(hotShare) ? Math.min(hotKeys, all) : all);
  }
}
