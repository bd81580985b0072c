package io.crossdock.contracts;

import io.crossdock.contracts.PolicyText.Fact;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A difference between what the contracts said and what they say.
 *
 * @param kind whether somebody who relies on the old behaviour is hit
 * @param element kind and full name of what changed
 * @param name what is said differently
 * @param before the old values; empty when nothing was said
 * @param after the new values; empty when nothing is said any more
 */
record PolicyChange(
    Kind kind, String element, String name, List<String> before, List<String> after) {

  /** What a change means to callers, connectors, consumers and operators. */
  enum Kind {
    /** New, or more is allowed than before. */
    ADDITION,
    /** Nobody can rely on the old value. */
    HARMLESS,
    /** Somebody can rely on the old behaviour. */
    BREAKING
  }

  /** A rule that an absent or zero value cannot break. */
  private static final Pattern UPPER_BOUND =
      Pattern.compile(
          "rule\\.(string\\.(max_len|max_bytes)|bytes\\.max_len|repeated\\.(max_items|unique|items\\..*)"
              + "|map\\.(max_pairs|keys\\..*|values\\..*)|enum\\.defined_only|\\w+\\.lte?|timestamp\\..*"
              + "|duration\\..*|ignore)");

  private static final Pattern RAISED_IS_WIDER =
      Pattern.compile("rule\\..*\\b(max_len|max_bytes|max_items|max_pairs|lt|lte)");
  private static final Pattern LOWERED_IS_WIDER =
      Pattern.compile("rule\\..*\\b(min_len|min_bytes|min_items|min_pairs|gt|gte)");

  private static final List<String> PRIORITIES =
      List.of("PRIORITY_BATCH", "PRIORITY_BACK_OFFICE", "PRIORITY_SERVICE", "PRIORITY_CHECKOUT");
  private static final List<String> DATA_CLASSES =
      List.of(
          "DATA_CLASS_PUBLIC",
          "DATA_CLASS_INTERNAL",
          "DATA_CLASS_PERSONAL",
          "DATA_CLASS_SENSITIVE");
  private static final List<String> STAGES = List.of("STAGE_PREVIEW", "STAGE_STABLE");

  /** All differences, by element. */
  static List<PolicyChange> between(Collection<Fact> before, Collection<Fact> after) {
    Map<String, Map<String, Set<String>>> old = byElement(before);
    Map<String, Map<String, Set<String>>> now = byElement(after);
    List<PolicyChange> changes = new ArrayList<>();
    Set<String> elements = new TreeSet<>(old.keySet());
    elements.addAll(now.keySet());
    for (String element : elements) {
      Map<String, Set<String>> was = old.getOrDefault(element, Map.of());
      Map<String, Set<String>> is = now.getOrDefault(element, Map.of());
      if (was.isEmpty()) {
        changes.add(added(element, is, old));
      } else if (is.isEmpty()) {
        changes.add(
            new PolicyChange(Kind.BREAKING, element, Fact.IS, values(was, Fact.IS), List.of()));
      } else {
        changes.addAll(changed(element, was, is));
      }
    }
    return changes;
  }

  /** A line for a person. */
  @Override
  public String toString() {
    return element + " " + name + ": " + text(before) + " -> " + text(after);
  }

  /** The full name of what changed. */
  String elementName() {
    return element.substring(element.indexOf(' ') + 1);
  }

  private static PolicyChange added(
      String element, Map<String, Set<String>> is, Map<String, Map<String, Set<String>>> old) {
    boolean onKnownMessage =
        element.startsWith("field ")
            && old.containsKey(
                "message " + element.substring("field ".length(), element.lastIndexOf('.')));
    if (onKnownMessage) {
      Optional<String> refusal =
          is.keySet().stream().filter(rule -> refusesAbsence(rule, is)).findFirst();
      if (refusal.isPresent()) {
        return new PolicyChange(
            Kind.BREAKING, element, refusal.get(), List.of(), values(is, refusal.get()));
      }
    }
    boolean rulesOnKnown =
        element.startsWith("oneof ")
            && is.keySet().stream().anyMatch(name -> name.startsWith("rule"))
            && old.containsKey(
                "message " + element.substring("oneof ".length(), element.lastIndexOf('.')));
    return new PolicyChange(
        rulesOnKnown ? Kind.BREAKING : Kind.ADDITION,
        element,
        Fact.IS,
        List.of(),
        values(is, Fact.IS));
  }

  /** Whether a message of an older caller, which cannot hold the new field, breaks its rule. */
  private static boolean refusesAbsence(String name, Map<String, Set<String>> facts) {
    if (!name.startsWith("rule.") || UPPER_BOUND.matcher(name).matches()) {
      return false;
    }
    String type = values(facts, Fact.IS).getFirst();
    boolean mayBeAbsent =
        type.startsWith("optional ")
            || type.startsWith("message ")
            || facts.containsKey("rule.ignore");
    return name.equals("rule.required") || !mayBeAbsent;
  }

  private static List<PolicyChange> changed(
      String element, Map<String, Set<String>> was, Map<String, Set<String>> is) {
    List<PolicyChange> changes = new ArrayList<>();
    Set<String> names = new TreeSet<>(was.keySet());
    names.addAll(is.keySet());
    for (String name : names) {
      List<String> before = values(was, name);
      List<String> after = values(is, name);
      if (!before.equals(after)) {
        changes.add(
            new PolicyChange(kind(element, name, before, after), element, name, before, after));
      }
    }
    return changes;
  }

  /** A fact that is not known here is taken for one that somebody relies on. */
  private static Kind kind(String element, String name, List<String> before, List<String> after) {
    if (name.startsWith("rule")) {
      return rule(name, before, after);
    }
    boolean onlyMore = after.containsAll(before);
    return switch (name) {
      case "deprecated",
          "owner",
          "system_of_record",
          "routed_by",
          "lifecycle.since",
          "lifecycle.replacement" ->
          Kind.HARMLESS;
      case "lifecycle.stage" -> raised(STAGES, "", before, after);
      case "service_level.availability_millipercent" ->
          after.isEmpty() ? Kind.BREAKING : unlessLowered(before, after);
      case "service_level.p99_ms" -> after.isEmpty() ? Kind.BREAKING : unlessRaised(before, after);
      case "cache.ttl_ms", "cache.stale_while_revalidate_ms", "cache.negative_ttl_ms" ->
          isCacheItself(name, before, after) ? Kind.BREAKING : unlessRaised(before, after);
      case "priority" -> raised(PRIORITIES, "PRIORITY_BACK_OFFICE", before, after);
      case "data_class" -> raised(DATA_CLASSES, "DATA_CLASS_INTERNAL", before, after);
      case "deadline_ms" -> before.isEmpty() ? Kind.BREAKING : unlessLowered(before, after);
      case "cache.tags", "invalidates" -> onlyMore ? Kind.ADDITION : Kind.BREAKING;
      case "routing_attribute" -> before.isEmpty() ? Kind.ADDITION : Kind.BREAKING;
      case "cache_key" -> after.isEmpty() ? Kind.BREAKING : Kind.HARMLESS;
      case "cache.ttl_only" -> after.isEmpty() ? Kind.HARMLESS : Kind.BREAKING;
      case "cache_key_ignore" -> Kind.HARMLESS;
      default -> element.startsWith("message ") && before.isEmpty() ? Kind.ADDITION : Kind.BREAKING;
    };
  }

  private static Kind rule(String name, List<String> before, List<String> after) {
    if (name.endsWith(".message")) {
      return Kind.HARMLESS;
    }
    if (name.endsWith(".in")) {
      return !before.isEmpty() && (after.isEmpty() || after.containsAll(before))
          ? Kind.ADDITION
          : Kind.BREAKING;
    }
    if (name.endsWith(".not_in")) {
      return before.containsAll(after) ? Kind.ADDITION : Kind.BREAKING;
    }
    if (name.equals("rule.ignore")) {
      return Kind.BREAKING;
    }
    if (after.isEmpty()) {
      return Kind.ADDITION;
    }
    if (before.size() == 1 && after.size() == 1) {
      if (RAISED_IS_WIDER.matcher(name).matches()) {
        return compare(after, before) > 0 ? Kind.ADDITION : Kind.BREAKING;
      }
      if (LOWERED_IS_WIDER.matcher(name).matches()) {
        return compare(after, before) < 0 ? Kind.ADDITION : Kind.BREAKING;
      }
    }
    return Kind.BREAKING;
  }

  /** Whether a cache appears or goes, which is more than another figure of it. */
  private static boolean isCacheItself(String name, List<String> before, List<String> after) {
    return name.equals("cache.ttl_ms") && (before.isEmpty() || after.isEmpty());
  }

  private static Kind unlessLowered(List<String> before, List<String> after) {
    return compare(after, before) < 0 && !after.isEmpty() ? Kind.BREAKING : Kind.HARMLESS;
  }

  private static Kind unlessRaised(List<String> before, List<String> after) {
    return compare(after, before) > 0 ? Kind.BREAKING : Kind.HARMLESS;
  }

  private static Kind raised(
      List<String> order, String usual, List<String> before, List<String> after) {
    int was = order.indexOf(before.isEmpty() ? usual : before.getFirst());
    int is = order.indexOf(after.isEmpty() ? usual : after.getFirst());
    return is < 0 || was < 0 || is < was ? Kind.BREAKING : Kind.HARMLESS;
  }

  private static int compare(List<String> a, List<String> b) {
    return number(a).compareTo(number(b));
  }

  private static BigDecimal number(List<String> values) {
    return values.isEmpty()
        ? BigDecimal.ZERO
        : new BigDecimal(values.getFirst().replaceAll("s$", ""));
  }

  private static Map<String, Map<String, Set<String>>> byElement(Collection<Fact> facts) {
    Map<String, Map<String, Set<String>>> elements = new TreeMap<>();
    for (Fact fact : facts) {
      elements
          .computeIfAbsent(fact.element(), name -> new TreeMap<>())
          .computeIfAbsent(fact.name(), name -> new LinkedHashSet<>())
          .add(fact.value());
    }
    return elements;
  }

  private static List<String> values(Map<String, Set<String>> facts, String name) {
    return List.copyOf(facts.getOrDefault(name, Set.of()));
  }

  private static String text(List<String> values) {
    return values.isEmpty() ? "(nothing)" : String.join(", ", values);
  }
}
