package io.crossdock.estate.world;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** What exists, computed from its number: nothing is stored, and every start has the same data. */
public final class World {

  public static final int FIRST = 1001;
  public static final int LAST_MEMBER = 101_000;
  public static final int LAST_CUSTOMER = 102_000;
  public static final int LAST_ITEM = 21_000;
  public static final int EU_STORES = 40;
  public static final int US_STORES = 60;
  public static final int FIRST_CASE = 20_001;
  public static final int LAST_CASE = 25_000;

  private static final String CARD_PREFIX = "299";
  private static final String GTIN_PREFIX = "4006381";
  private static final List<String> GIVEN =
      List.of(
          "Alan",
          "Grace",
          "Edsger",
          "Barbara",
          "Niklaus",
          "Frances",
          "Konrad",
          "Radia",
          "Donald",
          "Hedy",
          "Claude",
          "Mary",
          "John",
          "Katherine",
          "Linus",
          "Annie");
  private static final List<String> FAMILY =
      List.of(
          "Turing",
          "Hopper",
          "Dijkstra",
          "Liskov",
          "Wirth",
          "Allen",
          "Zuse",
          "Perlman",
          "Knuth",
          "Lamarr",
          "Shannon",
          "Jackson",
          "Backus",
          "Johnson",
          "Berg",
          "Easley");

  private World() {}

  /** A whole number in {@code 0..bound-1} that depends on the number and the salt only. */
  public static int pick(long number, int salt, int bound) {
    // SplitMix64's finishing steps (Steele, Lea, Flood 2014).
    long mixed = (number + salt * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 30)) * 0x94D049BB133111EBL;
    mixed = mixed ^ (mixed >>> 31);
    return (int) Long.remainderUnsigned(mixed, bound);
  }

  /**
   * The number behind an id such as {@code M-1001}, when it is within bounds and written in its one
   * way.
   */
  public static OptionalInt number(String id, String prefix, int least, int most) {
    if (!id.startsWith(prefix)) {
      return OptionalInt.empty();
    }
    return number(id.substring(prefix.length()), least, most);
  }

  public static OptionalInt number(String digits, int least, int most) {
    if (!digits.matches("[1-9][0-9]{0,8}")) {
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(digits);
    return number >= least && number <= most ? OptionalInt.of(number) : OptionalInt.empty();
  }

  /**
   * One store's number, 1 to the count of its country's stores, from an id such as {@code EU-001}.
   */
  public static String storeId(String country, int store) {
    return String.format(Locale.ROOT, "%s-%03d", country, store);
  }

  /** Whether a store keeps an item. */
  public static boolean keeps(int item, int store) {
    return (item + store) % 10 != 0;
  }

  // Members and customers.

  public static String card(int member) {
    String digits = CARD_PREFIX + String.format(Locale.ROOT, "%09d", member);
    return digits + luhn(digits);
  }

  public static OptionalInt memberOfCard(String card) {
    if (!card.matches("299[0-9]{10}")) {
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(card.substring(CARD_PREFIX.length(), card.length() - 1));
    return number >= FIRST && number <= LAST_MEMBER && card(number).equals(card)
        ? OptionalInt.of(number)
        : OptionalInt.empty();
  }

  private static int luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int doubled = i % 2 == 0 ? digit * 2 : digit;
      sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return (10 - sum % 10) % 10;
  }

  public static String givenName(int customer) {
    return customer == FIRST ? "Ada" : GIVEN.get(pick(customer, 1, GIVEN.size()));
  }

  public static String familyName(int customer) {
    return customer == FIRST ? "Lovelace" : FAMILY.get(pick(customer, 2, FAMILY.size()));
  }

  public static String email(int customer) {
    return customer == FIRST
        ? "ada@example.com"
        : (givenName(customer) + "." + familyName(customer)).toLowerCase(Locale.ROOT)
            + "."
            + customer
            + "@example.com";
  }

  public static OptionalInt customerOfEmail(String email) {
    String lower = email.toLowerCase(Locale.ROOT);
    if (lower.equals(email(FIRST))) {
      return OptionalInt.of(FIRST);
    }
    String local = lower.endsWith("@example.com") ? lower.substring(0, lower.indexOf('@')) : "";
    OptionalInt number = number(local.substring(local.lastIndexOf('.') + 1), FIRST, LAST_CUSTOMER);
    return number.isPresent() && email(number.getAsInt()).equals(lower)
        ? number
        : OptionalInt.empty();
  }

  public static String phone(int customer) {
    return customer == FIRST ? "+4930123456" : "+4930" + (20_000_000 + phoneOwner(customer));
  }

  private static int phoneOwner(int customer) {
    return customer % 10 == 5 ? customer - 1 : customer;
  }

  /** The customer that a phone was given to; the household may share it. */
  public static OptionalInt customerOfPhone(String phone) {
    if (phone.equals(phone(FIRST))) {
      return OptionalInt.of(FIRST);
    }
    if (!phone.matches("\\+49302[0-9]{7}")) {
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(phone.substring(5)) - 20_000_000;
    return number > FIRST
            && number <= LAST_CUSTOMER
            && phone(number).equals(phone)
            && number % 10 != 5
        ? OptionalInt.of(number)
        : OptionalInt.empty();
  }

  // Items.

  public static String gtin(int item) {
    String digits = GTIN_PREFIX + String.format(Locale.ROOT, "%05d", item - FIRST);
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      sum += (digits.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
    }
    return digits + (10 - sum % 10) % 10;
  }

  public static OptionalInt itemOfGtin(String gtin) {
    String digits = gtin.length() == 14 && gtin.startsWith("0") ? gtin.substring(1) : gtin;
    if (!digits.matches(GTIN_PREFIX + "[0-9]{6}")) {
      return OptionalInt.empty();
    }
    int item = Integer.parseInt(digits.substring(GTIN_PREFIX.length(), 12)) + FIRST;
    return item <= LAST_ITEM && gtin(item).equals(digits)
        ? OptionalInt.of(item)
        : OptionalInt.empty();
  }

  /** The stage of an item's life cycle. */
  public enum ItemStatus {
    ACTIVE,
    BLOCKED,
    DISCONTINUED,
    DRAFT
  }

  /** Who may give an item back. */
  public enum Returns {
    FULL,
    EXCHANGE,
    IF_FAULTY,
    NONE
  }

  /**
   * One sellable item.
   *
   * @param style number of the style it belongs to
   * @param reducedTax whether the lower rate applies
   * @param weighed whether it is sold by weight
   * @param pack how many pieces a carton holds; 0 without cartons
   */
  public record Item(
      int number,
      int style,
      String name,
      String brand,
      String department,
      String section,
      String colour,
      String size,
      ItemStatus status,
      boolean reducedTax,
      int minimumAge,
      Returns returns,
      boolean weighed,
      boolean serialised,
      int pack) {

    public String receiptText() {
      return (name + " " + colour + " " + size).toUpperCase(Locale.ROOT);
    }

    /** The usual price in Europe, cents. */
    public long priceCents() {
      return number == FIRST ? 1990 : 490 + 100L * pick(style, 41, 150) + 50L * pick(number, 42, 3);
    }

    /** The lower price for a time, or 0. */
    public long saleCents() {
      return number % 20 == 5 ? priceCents() * 8 / 10 : 0;
    }
  }

  private record Range(String name, String department, String section, boolean grocery) {}

  private static final List<Range> RANGES =
      List.of(
          new Range("Trail Jacket", "outdoor", "jackets", false),
          new Range("Hiking Boot", "outdoor", "shoes", false),
          new Range("Running Shoe", "sport", "shoes", false),
          new Range("Espresso Beans", "food", "coffee", true),
          new Range("Desk Lamp", "home", "lighting", false),
          new Range("Cotton Shirt", "fashion", "shirts", false),
          new Range("Headphones", "electronics", "audio", false),
          new Range("Red Wine", "food", "wine", true),
          new Range("Board Game", "toys", "games", false),
          new Range("Swim Goggles", "sport", "swimming", false));
  private static final List<String> BRANDS =
      List.of("Nordwind", "Alpwerk", "Seestern", "Halden", "Kupfer");
  private static final List<String> COLOURS = List.of("red", "blue", "green", "black", "white");
  private static final List<String> SIZES = List.of("S", "M", "L", "XL");

  public static Item item(int number) {
    int style = 500 + (number - FIRST) / 4;
    int kind = number < FIRST + 4 ? 0 : pick(style, 31, RANGES.size());
    Range range = RANGES.get(kind);
    boolean wine = range.section().equals("wine");
    boolean audio = range.section().equals("audio");
    return new Item(
        number,
        style,
        range.name(),
        number < FIRST + 4 ? BRANDS.getFirst() : BRANDS.get(pick(style, 32, BRANDS.size())),
        range.department(),
        range.section(),
        number < FIRST + 4 ? COLOURS.getFirst() : COLOURS.get(pick(style, 33, COLOURS.size())),
        SIZES.get((number - FIRST) % 4),
        switch (number % 100) {
          case 13 -> ItemStatus.BLOCKED;
          case 14 -> ItemStatus.DISCONTINUED;
          case 15 -> ItemStatus.DRAFT;
          default -> ItemStatus.ACTIVE;
        },
        range.grocery(),
        wine ? 18 : 0,
        range.section().equals("swimming")
            ? Returns.IF_FAULTY
            : range.grocery() ? Returns.NONE : number % 50 == 3 ? Returns.EXCHANGE : Returns.FULL,
        weighed(number),
        audio,
        range.grocery() ? 6 : 12);
  }

  public static boolean weighed(int item) {
    return item % 100 == 20;
  }

  public static BigDecimal cents(long cents) {
    return BigDecimal.valueOf(cents, 2);
  }
}
