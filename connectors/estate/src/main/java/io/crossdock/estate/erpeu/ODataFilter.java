package io.crossdock.estate.erpeu;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.estate.backend.Refusal;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The part of OData's {@code $filter} that the estate knows: comparisons of a field with a literal,
 * {@code contains}, {@code startswith}, {@code and or not} and parentheses.
 */
final class ODataFilter implements Predicate<JsonNode> {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<text>'(?:[^']|'')*')|(?<mark>[(),])"
              + "|(?<time>\\d{4}-\\d{2}-\\d{2}(?:T[0-9:.]+(?:Z|[+-]\\d{2}:\\d{2}))?)"
              + "|(?<number>-?\\d+(?:\\.\\d+)?)|(?<word>[A-Za-z_][A-Za-z0-9_]*))");
  private static final int MAX_LENGTH = 16_000;
  private static final int MAX_DEPTH = 50;
  private static final Set<String> COMPARISONS = Set.of("eq", "ne", "gt", "ge", "lt", "le");

  private final Expression root;

  private sealed interface Expression {

    record And(Expression left, Expression right) implements Expression {}

    record Or(Expression left, Expression right) implements Expression {}

    record Not(Expression inner) implements Expression {}

    record Compare(String field, String operator, String literal) implements Expression {}

    record Text(String field, boolean anywhere, String part) implements Expression {}

    record All() implements Expression {}
  }

  private ODataFilter(Expression root) {
    this.root = root;
  }

  /**
   * Reads a filter.
   *
   * @param fields names that it may use
   */
  static ODataFilter parse(Optional<String> text, Set<String> fields) {
    if (text.isEmpty()) {
      return new ODataFilter(new Expression.All());
    }
    return new ODataFilter(new Parser(tokens(text.get()), fields).whole());
  }

  /** The only value that a field can have, when the filter says so. */
  Optional<String> fixed(String field) {
    return values(field)
        .filter(values -> values.size() == 1)
        .map(values -> values.iterator().next());
  }

  /** The only values that a field can have, when the filter says so. */
  Optional<Set<String>> values(String field) {
    return Optional.ofNullable(values(root, field));
  }

  private static @Nullable Set<String> values(Expression expression, String field) {
    return switch (expression) {
      case Expression.Compare compare ->
          compare.field().equals(field) && compare.operator().equals("eq")
              ? Set.of(compare.literal())
              : null;
      case Expression.And and -> {
        Set<String> left = values(and.left(), field);
        Set<String> right = values(and.right(), field);
        if (left == null || right == null) {
          yield left == null ? right : left;
        }
        Set<String> both = new HashSet<>(left);
        both.retainAll(right);
        yield both;
      }
      case Expression.Or or -> {
        Set<String> left = values(or.left(), field);
        Set<String> right = values(or.right(), field);
        if (left == null || right == null) {
          yield null;
        }
        Set<String> either = new HashSet<>(left);
        either.addAll(right);
        yield either;
      }
      case Expression.Not _, Expression.Text _, Expression.All _ -> null;
    };
  }

  /** The least moment that a field can have, when the filter says so in a conjunction. */
  Optional<Instant> least(String field) {
    return Optional.ofNullable(least(root, field));
  }

  private static @Nullable Instant least(Expression expression, String field) {
    return switch (expression) {
      case Expression.Compare compare ->
          compare.field().equals(field) && Set.of("gt", "ge", "eq").contains(compare.operator())
              ? moment(compare.literal())
              : null;
      case Expression.And and -> {
        Instant left = least(and.left(), field);
        yield left == null ? least(and.right(), field) : left;
      }
      case Expression.Or _, Expression.Not _, Expression.Text _, Expression.All _ -> null;
    };
  }

  @Override
  public boolean test(JsonNode row) {
    return test(root, row);
  }

  private static boolean test(Expression expression, JsonNode row) {
    return switch (expression) {
      case Expression.And and -> test(and.left(), row) && test(and.right(), row);
      case Expression.Or or -> test(or.left(), row) || test(or.right(), row);
      case Expression.Not not -> !test(not.inner(), row);
      case Expression.Compare compare -> compare(compare, row.path(compare.field()).asText());
      case Expression.Text text -> {
        String value = row.path(text.field()).asText();
        yield text.anywhere()
            ? value.toLowerCase(Locale.ROOT).contains(text.part().toLowerCase(Locale.ROOT))
            : value.startsWith(text.part());
      }
      case Expression.All _ -> true;
    };
  }

  private static boolean compare(Expression.Compare compare, String value) {
    int order = order(value, compare.literal());
    return switch (compare.operator()) {
      case "eq" -> order == 0;
      case "ne" -> order != 0;
      case "gt" -> order > 0;
      case "ge" -> order >= 0;
      case "lt" -> order < 0;
      default -> order <= 0;
    };
  }

  private static int order(String value, String literal) {
    Instant moment = moment(literal);
    Instant other = moment == null ? null : moment(value);
    if (moment != null && other != null) {
      return other.compareTo(moment);
    }
    if (decimal(literal) && decimal(value)) {
      return new BigDecimal(value).compareTo(new BigDecimal(literal));
    }
    return value.compareTo(literal);
  }

  private static boolean decimal(String text) {
    // A number with leading zeros is a key.
    return text.matches("-?(0|[1-9]\\d{0,15})(\\.\\d{1,9})?");
  }

  private static @Nullable Instant moment(String text) {
    if (text.length() < 17 || text.charAt(4) != '-') {
      return null;
    }
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static Refusal wrong(String message) {
    return Refusal.of(400, "$filter: " + message).at("$filter");
  }

  private record Token(String kind, String text) {}

  private static List<Token> tokens(String text) {
    if (text.length() > MAX_LENGTH) {
      throw wrong("longer than " + MAX_LENGTH + " characters");
    }
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    int at = 0;
    while (at < text.length() && !text.substring(at).isBlank()) {
      matcher.region(at, text.length());
      if (!matcher.lookingAt()) {
        throw wrong("cannot read it from character " + (at + 1));
      }
      tokens.add(token(matcher));
      at = matcher.end();
    }
    return tokens;
  }

  private static Token token(Matcher matcher) {
    Map<String, @Nullable String> groups = new HashMap<>();
    for (String kind : List.of("text", "mark", "time", "number", "word")) {
      groups.put(kind, matcher.group(kind));
    }
    for (Map.Entry<String, @Nullable String> group : groups.entrySet()) {
      String found = group.getValue();
      if (found != null) {
        boolean quoted = group.getKey().equals("text");
        return new Token(
            group.getKey(),
            quoted ? found.substring(1, found.length() - 1).replace("''", "'") : found);
      }
    }
    throw new IllegalStateException("token without a group");
  }

  /** Reads by recursive descent: or, and, not, comparison. */
  private static final class Parser {

    private final List<Token> tokens;
    private final Set<String> fields;
    private int at;
    private int depth;

    Parser(List<Token> tokens, Set<String> fields) {
      this.tokens = tokens;
      this.fields = fields;
    }

    Expression whole() {
      Expression expression = or();
      if (at < tokens.size()) {
        throw wrong("unexpected '" + tokens.get(at).text() + "'");
      }
      return expression;
    }

    private Expression or() {
      if (++depth > MAX_DEPTH) {
        throw wrong("nested more than " + MAX_DEPTH + " deep");
      }
      Expression left = and();
      while (word("or")) {
        left = new Expression.Or(left, and());
      }
      depth--;
      return left;
    }

    private Expression and() {
      Expression left = not();
      while (word("and")) {
        left = new Expression.And(left, not());
      }
      return left;
    }

    private Expression not() {
      if (word("not")) {
        return new Expression.Not(primary());
      }
      return primary();
    }

    private Expression primary() {
      if (mark("(")) {
        Expression inner = or();
        expect(")");
        return inner;
      }
      String name = next("word").text();
      if (name.equals("contains") || name.equals("startswith")) {
        expect("(");
        String field = field(next("word").text());
        expect(",");
        String part = next("text").text();
        expect(")");
        return new Expression.Text(field, name.equals("contains"), part);
      }
      String field = field(name);
      String operator = next("word").text();
      if (!COMPARISONS.contains(operator)) {
        throw wrong("operator " + operator + " (expected: eq, ne, gt, ge, lt, le)");
      }
      Token literal = at < tokens.size() ? tokens.get(at++) : new Token("end", "");
      boolean bool = literal.text().equals("true") || literal.text().equals("false");
      if (literal.kind().equals("mark")
          || literal.kind().equals("end")
          || (literal.kind().equals("word") && !bool)) {
        throw wrong("no literal after " + field + " " + operator);
      }
      return new Expression.Compare(field, operator, literal.text());
    }

    private String field(String name) {
      if (!fields.contains(name)) {
        throw wrong("property " + name + " cannot be filtered by");
      }
      return name;
    }

    private boolean word(String text) {
      boolean is = at < tokens.size() && tokens.get(at).equals(new Token("word", text));
      at += is ? 1 : 0;
      return is;
    }

    private boolean mark(String text) {
      boolean is = at < tokens.size() && tokens.get(at).equals(new Token("mark", text));
      at += is ? 1 : 0;
      return is;
    }

    private void expect(String text) {
      if (!mark(text)) {
        throw wrong("missing '" + text + "'");
      }
    }

    private Token next(String kind) {
      if (at < tokens.size() && tokens.get(at).kind().equals(kind)) {
        return tokens.get(at++);
      }
      throw wrong(
          at < tokens.size() ? "unexpected '" + tokens.get(at).text() + "'" : "ends too early");
    }
  }
}
