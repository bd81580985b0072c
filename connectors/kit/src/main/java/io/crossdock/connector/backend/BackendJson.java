package io.crossdock.connector.backend;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;

/**
 * JSON without a loss: decimals keep every digit.
 *
 * <p>What a backend sends is bounded before it is built: depth, tokens, and the length of names,
 * texts and numbers. A document with the same name twice in one object is refused, because nobody
 * can tell which value was meant.
 */
public final class BackendJson {

  // A backend's document is a page of entries: a thousand rows of forty values fit six times over.
  private static final int MAX_TOKENS = 250_000;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME = 256;
  private static final int MAX_TEXT = 262_144;
  private static final int MAX_NUMBER = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxTokenCount(MAX_TOKENS)
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNameLength(MAX_NAME)
                          .maxStringLength(MAX_TEXT)
                          .maxNumberLength(MAX_NUMBER)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private BackendJson() {}

  /** An object to fill. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** Reads a document; a missing node for no bytes, empty for bytes that are no sound JSON. */
  static Optional<JsonNode> read(byte[] bytes) {
    if (bytes.length == 0) {
      return Optional.of(MissingNode.getInstance());
    }
    try {
      return Optional.of(MAPPER.readTree(bytes));
    } catch (IOException | NumberFormatException e) {
      // The parser lets what BigDecimal says of an exponent of eleven digits pass.
      return Optional.empty();
    }
  }

  static byte[] write(JsonNode document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("JSON cannot be written", e);
    }
  }
}
