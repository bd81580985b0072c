package io.crossdock.connector.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.canonical.Numbers;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A backend's JSON, read with suspicion: what is missing or of the wrong type fails the call with
 * {@code BACKEND_ANSWER_INVALID} and names the place, never the value.
 *
 * <p>A null and an empty text count as absent. Numbers may be JSON numbers or decimal text, of at
 * most {@value Numbers#MAX_DIGITS} digits on either side of the point; moments and days are within
 * the years 1 to 9999, as in the contracts.
 */
public final class BackendData {

  private static final Instant FIRST_MOMENT = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LAST_MOMENT = Instant.parse("+10000-01-01T00:00:00Z");

  private static final int MOST_ID = 64;

  private final JsonNode node;
  private final String path;

  private BackendData(JsonNode node, String path) {
    this.node = node;
    this.path = path;
  }

  /** A document. */
  public static BackendData of(JsonNode document) {
    return new BackendData(document, "");
  }

  /** No document at all. */
  public static BackendData none() {
    return of(MissingNode.getInstance());
  }

  /** The JSON itself. */
  public JsonNode node() {
    return node;
  }

  /** Whether there is a value under a name. */
  public boolean has(String name) {
    return !isAbsent(node.path(name));
  }

  /** The object under a name. */
  public BackendData object(String name) {
    return find(name).orElseThrow(() -> invalid(name, "an object"));
  }

  /** The object under a name, if there is one. */
  public Optional<BackendData> find(String name) {
    JsonNode child = node.path(name);
    if (isAbsent(child)) {
      return Optional.empty();
    }
    if (!child.isObject()) {
      throw invalid(name, "an object");
    }
    return Optional.of(new BackendData(child, at(name)));
  }

  /** The objects of the list under a name; empty when there is no list. */
  public List<BackendData> list(String name) {
    JsonNode child = node.path(name);
    if (isAbsent(child)) {
      return List.of();
    }
    return items(child, at(name));
  }

  /** The objects of a document that is a list. */
  public List<BackendData> items() {
    return items(node, path);
  }

  private List<BackendData> items(JsonNode list, String where) {
    if (!list.isArray()) {
      throw failure(where, "a list");
    }
    List<BackendData> items = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      items.add(new BackendData(list.get(i), where + "[" + i + "]"));
    }
    return items;
  }

  /** The texts of the list under a name; empty when there is no list. */
  public List<String> texts(String name) {
    JsonNode child = node.path(name);
    if (isAbsent(child)) {
      return List.of();
    }
    if (!child.isArray()) {
      throw invalid(name, "a list of texts");
    }
    List<String> texts = new ArrayList<>(child.size());
    for (JsonNode item : child) {
      if (!item.isTextual()) {
        throw invalid(name, "a list of texts");
      }
      texts.add(item.textValue());
    }
    return texts;
  }

  /** The text under a name. */
  public String text(String name) {
    String text = optionalText(name);
    if (text.isEmpty()) {
      throw invalid(name, "a text");
    }
    return text;
  }

  /** The text under a name, empty when absent. Whole numbers count as text: ids are often both. */
  public String optionalText(String name) {
    JsonNode child = node.path(name);
    if (isAbsent(child)) {
      return "";
    }
    if (child.isTextual() || child.isIntegralNumber()) {
      return child.asText();
    }
    throw invalid(name, "a text");
  }

  /**
   * The id under a name, if there is one to be read; for a row that is not understood otherwise.
   */
  public Optional<String> optionalId(String name) {
    JsonNode child = node.path(name);
    String id = child.isTextual() || child.isIntegralNumber() ? child.asText() : "";
    return id.isEmpty() || id.length() > MOST_ID ? Optional.empty() : Optional.of(id);
  }

  /** The whole number under a name. */
  public long integer(String name) {
    try {
      return decimal(name).longValueExact();
    } catch (ArithmeticException e) {
      throw invalid(name, "a whole number of 64 bits");
    }
  }

  /** The whole number under a name, when the backend has 32 bits for it. */
  public int integer32(String name) {
    try {
      return Math.toIntExact(integer(name));
    } catch (ArithmeticException e) {
      throw invalid(name, "a whole number of 32 bits");
    }
  }

  /** The whole number under a name, or another value when absent. */
  public long integer(String name, long otherwise) {
    return has(name) ? integer(name) : otherwise;
  }

  /** The decimal under a name, exactly. */
  public BigDecimal decimal(String name) {
    return optionalDecimal(name).orElseThrow(() -> invalid(name, "a number"));
  }

  /** The decimal under a name, exactly, if there is one. */
  public Optional<BigDecimal> optionalDecimal(String name) {
    JsonNode child = node.path(name);
    if (isAbsent(child)) {
      return Optional.empty();
    }
    Optional<BigDecimal> number =
        child.isNumber()
            ? Numbers.bounded(child.decimalValue())
            : child.isTextual() ? Numbers.parse(child.textValue().strip()) : Optional.empty();
    if (number.isEmpty()) {
      throw invalid(name, "a number of at most " + Numbers.MAX_DIGITS + " digits");
    }
    return number;
  }

  /** The flag under a name, false when absent. */
  public boolean flag(String name) {
    JsonNode child = node.path(name);
    if (isAbsent(child)) {
      return false;
    }
    if (!child.isBoolean()) {
      throw invalid(name, "true or false");
    }
    return child.booleanValue();
  }

  /** The moment under a name, if there is one: ISO 8601 with a zone or an offset. */
  public Optional<Instant> instant(String name) {
    String text = optionalText(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(inRange(name, OffsetDateTime.parse(text).toInstant()));
    } catch (DateTimeException e) {
      throw invalid(name, "a moment with its zone");
    }
  }

  /** The moment under a name, if there is one: milliseconds since 1970. */
  public Optional<Instant> epochMillis(String name) {
    return has(name)
        ? Optional.of(inRange(name, Instant.ofEpochMilli(integer(name))))
        : Optional.empty();
  }

  private Instant inRange(String name, Instant moment) {
    if (moment.isBefore(FIRST_MOMENT) || !moment.isBefore(LAST_MOMENT)) {
      throw invalid(name, "a moment of the years 1 to 9999");
    }
    return moment;
  }

  /** The day under a name, if there is one: ISO 8601. */
  public Optional<LocalDate> day(String name) {
    String text = optionalText(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      LocalDate day = LocalDate.parse(text);
      if (day.getYear() < 1 || day.getYear() > 9999) {
        throw invalid(name, "a day of the years 1 to 9999");
      }
      return Optional.of(day);
    } catch (DateTimeException e) {
      throw invalid(name, "a day");
    }
  }

  /**
   * Refuses an answer about something else than was asked for: it must reach nobody, least of all
   * the hub's cache.
   *
   * @param what the thing that was asked about, for the failure
   */
  public void expectEcho(String name, String asked, String what) {
    if (!text(name).equals(asked)) {
      throw invalid(name, "the " + what + " that was asked about");
    }
  }

  /**
   * Whether the document says what was sent to make it, as far as it has the same fields: so a
   * repeated write is distinguished from another one with the same id. Numbers are compared by
   * value.
   */
  public boolean holds(JsonNode sent) {
    return holds(node, sent);
  }

  private static boolean holds(JsonNode known, JsonNode sent) {
    if (sent.isArray()) {
      if (known.size() != sent.size()) {
        return false;
      }
      for (int i = 0; i < sent.size(); i++) {
        if (!holds(known.get(i), sent.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (sent.isObject()) {
      return sent.properties().stream()
          .allMatch(field ->
              !known.has(field.getKey()) || holds(known.get(field.getKey()), field.getValue()));
    }
    return known.asText().equals(sent.asText()) || isSameNumber(known, sent);
  }

  private static boolean isSameNumber(JsonNode one, JsonNode other) {
    Optional<BigDecimal> first = Numbers.parse(one.asText());
    Optional<BigDecimal> second = Numbers.parse(other.asText());
    return first.isPresent() && second.isPresent() && first.get().compareTo(second.get()) == 0;
  }

  /** The failure to throw when the value under a name makes no sense. */
  public FailureException invalid(String name, String expectation) {
    return failure(at(name), expectation);
  }

  private static FailureException failure(String where, String expectation) {
    return new FailureException(
        Failure.of(
                Reason.REASON_BACKEND_ANSWER_INVALID,
                "The backend's answer cannot be understood: "
                    + (where.isEmpty() ? "the document" : where)
                    + " (expected: "
                    + expectation
                    + ").")
            .with("field", where));
  }

  private String at(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static boolean isAbsent(JsonNode child) {
    return child.isMissingNode()
        || child.isNull()
        || (child.isTextual() && child.textValue().isEmpty());
  }
}
