package io.crossdock.estate.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the fields of a request, refuses wrong ones, and, at {@link #end}, those nobody asked for.
 */
public final class Body {

  private static final int MAX_TEXT = 4000;

  private final String path;
  private final ObjectNode node;
  private final Set<String> read = new HashSet<>();

  public Body(String path, ObjectNode node) {
    this.path = path;
    this.node = node;
  }

  public ObjectNode node() {
    return node;
  }

  public String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Whether the field is there, be it null. */
  public boolean has(String name) {
    read.add(name);
    return node.has(name);
  }

  private Optional<JsonNode> field(String name) {
    read.add(name);
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  private Refusal missing(String name) {
    return Refusal.field(path(name), "missing");
  }

  private Refusal wrong(String name, JsonNode value, String expected) {
    String shown =
        value.isContainerNode()
            ? value.getNodeType().name().toLowerCase(java.util.Locale.ROOT)
            : value.asText();
    return Refusal.field(path(name), shown + " (expected: " + expected + ")");
  }

  public Optional<String> optional(String name) {
    return field(name)
        .map(value -> {
          if (!value.isTextual() || value.textValue().length() > MAX_TEXT) {
            throw wrong(name, value, "text of at most " + MAX_TEXT + " characters");
          }
          return value.textValue();
        })
        .filter(text -> !text.isEmpty());
  }

  public String text(String name) {
    return optional(name).orElseThrow(() -> missing(name));
  }

  /** One of the given words. */
  public Optional<String> word(String name, Set<String> words) {
    Optional<String> text = optional(name);
    if (text.isPresent() && !words.contains(text.get())) {
      throw Refusal.field(
          path(name),
          text.get() + " (expected: " + String.join(", ", words.stream().sorted().toList()) + ")");
    }
    return text;
  }

  public Optional<Boolean> bool(String name) {
    return field(name)
        .map(value -> {
          if (!value.isBoolean()) {
            throw wrong(name, value, "true or false");
          }
          return value.booleanValue();
        });
  }

  public Optional<Long> integer(String name, long least, long most) {
    return field(name)
        .map(value -> {
          if (!value.isIntegralNumber()
              || !value.canConvertToLong()
              || value.longValue() < least
              || value.longValue() > most) {
            throw wrong(name, value, least + ".." + most);
          }
          return value.longValue();
        });
  }

  /** A JSON number, exactly. */
  public Optional<BigDecimal> number(String name) {
    return field(name)
        .map(value -> {
          if (!value.isNumber()) {
            throw wrong(name, value, "a number");
          }
          return bounded(name, value.decimalValue());
        });
  }

  /** A decimal written as text. */
  public Optional<BigDecimal> decimal(String name) {
    return field(name)
        .map(value -> {
          if (!value.isTextual() || !value.textValue().matches("-?[0-9]{1,15}(\\.[0-9]{1,6})?")) {
            throw wrong(name, value, "decimal text, for example \"2.000\"");
          }
          return new BigDecimal(value.textValue());
        });
  }

  private BigDecimal bounded(String name, BigDecimal value) {
    if (value.abs().compareTo(BigDecimal.valueOf(1_000_000_000_000L)) > 0 || value.scale() > 6) {
      throw Refusal.field(path(name), value + " (expected: at most 12 digits and 6 decimals)");
    }
    return value;
  }

  public Optional<Instant> time(String name) {
    return optional(name).map(text -> parseTime(path(name), text));
  }

  public Optional<Instant> millis(String name) {
    return integer(name, 0, 253_402_300_799_999L).map(Instant::ofEpochMilli);
  }

  static Instant parseTime(String name, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw Refusal.field(name, text + " (expected: a moment, for example 2026-11-21T07:00:00Z)");
    }
  }

  public Optional<Body> object(String name) {
    return field(name)
        .map(value -> {
          if (value instanceof ObjectNode object) {
            return new Body(path(name), object);
          }
          throw wrong(name, value, "an object");
        });
  }

  /** The objects of a list; none when it is absent. */
  public List<Body> list(String name, int most) {
    List<Body> bodies = new ArrayList<>();
    int index = 0;
    for (JsonNode each : elements(name, most)) {
      if (!(each instanceof ObjectNode object)) {
        throw wrong(name + "[" + index + "]", each, "an object");
      }
      bodies.add(new Body(path(name) + "[" + index + "]", object));
      index++;
    }
    return bodies;
  }

  /** The texts of a list; none when it is absent. */
  public List<String> texts(String name, int most) {
    List<String> texts = new ArrayList<>();
    for (JsonNode each : elements(name, most)) {
      if (!each.isTextual() || each.textValue().isEmpty() || each.textValue().length() > MAX_TEXT) {
        throw wrong(name, each, "text");
      }
      texts.add(each.textValue());
    }
    return texts;
  }

  /** The elements of a list; none when it is absent. */
  public List<JsonNode> elements(String name, int most) {
    Optional<JsonNode> value = field(name);
    if (value.isEmpty()) {
      return List.of();
    }
    if (!value.get().isArray() || value.get().size() > most) {
      throw wrong(name, value.get(), "a list of at most " + most);
    }
    List<JsonNode> elements = new ArrayList<>();
    value.get().forEach(elements::add);
    return elements;
  }

  /** Refuses fields that were not asked for. */
  public void end() {
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!read.contains(name)) {
            throw Refusal.field(path(name), "unknown field");
          }
        });
  }
}
