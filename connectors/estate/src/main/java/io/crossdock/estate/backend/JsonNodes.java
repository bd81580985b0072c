package io.crossdock.estate.backend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Reads and makes JSON; decimals stay exact. */
public final class JsonNodes {

  private static final int MAX_DEPTH = 32;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private JsonNodes() {}

  /** Reads a document; nothing at all is an empty object. */
  public static JsonNode read(String text) throws IOException {
    return text.isEmpty() ? object() : MAPPER.readTree(text);
  }

  public static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An object of the given names and values, alternately. */
  public static ObjectNode object(@Nullable Object... pairs) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (int i = 0; i < pairs.length; i += 2) {
      object.set(String.valueOf(pairs[i]), node(pairs[i + 1]));
    }
    return object;
  }

  /** An array of the given values. */
  public static ArrayNode array(Collection<? extends @Nullable Object> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode(values.size());
    values.forEach(value -> array.add(node(value)));
    return array;
  }

  /** Decimal as a JSON number, without a fraction when it has none. */
  public static BigDecimal number(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  /** A moment as text, RFC 3339 with whole milliseconds at most. */
  public static String time(Instant moment) {
    return moment.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static JsonNode node(@Nullable Object value) {
    JsonNodeFactory make = JsonNodeFactory.instance;
    return switch (value) {
      case null -> make.nullNode();
      case JsonNode node -> node;
      case String text -> make.textNode(text);
      case Integer number -> make.numberNode(number);
      case Long number -> make.numberNode(number);
      case Double number -> make.numberNode(number);
      case BigDecimal number -> make.numberNode(number);
      case Boolean bool -> make.booleanNode(bool);
      case Instant moment -> make.textNode(time(moment));
      case LocalDate day -> make.textNode(day.toString());
      case Collection<?> values -> array(values);
      default -> throw new IllegalArgumentException("value: " + value.getClass());
    };
  }
}
