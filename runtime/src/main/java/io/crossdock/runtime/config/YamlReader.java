package io.crossdock.runtime.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import io.crossdock.runtime.config.References.UnresolvedException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads one YAML document into a message, following the message's descriptor. */
final class YamlReader {

  private static final Set<Tag> KNOWN_TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.MAP, Tag.SEQ);

  private final String file;
  private final References references;
  private final SourceMap source = new SourceMap();
  private final List<ConfigError> errors = new ArrayList<>();

  YamlReader(Path file, Map<String, String> environment) {
    this.file = file.toString();
    this.references = new References(file, environment);
  }

  /** How an entry of a map is named in a path, {@code labels["a"]} or {@code labels[1]}. */
  static String entryPath(String map, Object key) {
    return map + (key instanceof String ? "[\"" + key + "\"]" : "[" + key + "]");
  }

  @SuppressWarnings("unchecked") // a builder of M builds an M
  <M extends Message> ConfigDocument<M> read(String text, M defaultInstance) {
    Message.Builder builder = defaultInstance.newBuilderForType();
    try {
      Optional<Node> root = YamlNodes.compose(text, file);
      if (root.isEmpty()) {
        wrong("", "an empty file", "a mapping of " + fieldNames(builder));
      } else {
        message(root.get(), builder, "");
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      notYaml(line, e.getProblem());
    } catch (YamlEngineException e) {
      notYaml(0, e.getMessage());
    }
    M message = (M) builder.buildPartial();
    if (errors.stream().noneMatch(error -> error.path().isEmpty())) {
      List<String> unread = errors.stream().map(ConfigError::path).toList();
      Rules.check(
          message,
          unread,
          (path, expectation) ->
              wrong(
                  path, source.shown(path).orElse(source.has(path) ? "" : "nothing"), expectation));
    }
    return new ConfigDocument<>(file, message, source, errors);
  }

  private void message(Node node, Message.Builder builder, String path) {
    if (!(node instanceof MappingNode mapping)) {
      wrong(path, describe(node), "a mapping of " + fieldNames(builder));
      return;
    }
    Set<String> seen = new HashSet<>();
    Map<OneofDescriptor, String> chosen = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      String at = path.isEmpty() ? key : path + "." + key;
      note(at, tuple.getKeyNode());
      FieldDescriptor field = builder.getDescriptorForType().findFieldByName(key);
      if (field == null) {
        wrong(at, "unknown field", Suggestion.among(key, names(builder)));
        continue;
      }
      if (!seen.add(key)) {
        wrong(at, "given twice", "once");
        continue;
      }
      OneofDescriptor oneof = field.getRealContainingOneof();
      String other = oneof == null ? null : chosen.putIfAbsent(oneof, key);
      if (other != null) {
        wrong(at, "given beside " + other, "one of the two");
        continue;
      }
      field(tuple.getValueNode(), field, builder, at);
    }
  }

  private void field(Node node, FieldDescriptor field, Message.Builder builder, String path) {
    if (field.isMapField()) {
      map(node, field, builder, path);
    } else if (field.isRepeated()) {
      list(node, field, builder, path);
    } else {
      Object value = value(node, field, field, builder, path);
      if (value != null) {
        builder.setField(field, value);
      }
    }
  }

  private void list(Node node, FieldDescriptor field, Message.Builder builder, String path) {
    if (!(node instanceof SequenceNode sequence)) {
      wrong(path, describe(node), "a list");
      return;
    }
    source.written(path, sequence.getValue().size() + " entries");
    int index = 0;
    for (Node item : sequence.getValue()) {
      String at = path + "[" + index++ + "]";
      note(at, item);
      Object value = value(item, field, field, builder, at);
      // A place holder keeps the indices of what follows true.
      builder.addRepeatedField(field, value == null ? blank(field, builder) : value);
    }
  }

  private void map(Node node, FieldDescriptor field, Message.Builder builder, String path) {
    if (!(node instanceof MappingNode mapping)) {
      wrong(path, describe(node), "a mapping");
      return;
    }
    FieldDescriptor keyField = field.getMessageType().findFieldByName("key");
    FieldDescriptor valueField = field.getMessageType().findFieldByName("value");
    Set<Object> seen = new HashSet<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Message.Builder entry = builder.newBuilderForField(field);
      Object key = key(tuple.getKeyNode(), keyField, path);
      if (key == null) {
        continue;
      }
      String at = entryPath(path, key);
      note(at, tuple.getKeyNode());
      if (!seen.add(key)) {
        wrong(at, "given twice", "once");
        continue;
      }
      Object value = value(tuple.getValueNode(), field, valueField, entry, at);
      if (value != null) {
        builder.addRepeatedField(
            field, entry.setField(keyField, key).setField(valueField, value).build());
      }
    }
  }

  private @Nullable Object key(Node node, FieldDescriptor field, String path) {
    if (field.getJavaType() == JavaType.STRING
        && node instanceof ScalarNode scalar
        && KNOWN_TAGS.contains(scalar.getTag())) {
      return scalar.getValue();
    }
    int before = errors.size();
    Object key = value(node, field, field, null, path);
    for (int i = before; i < errors.size(); i++) {
      // The path is the map's; the line is the key's own.
      ConfigError map = errors.get(i);
      errors.set(
          i, new ConfigError(file, line(node), path, "key " + map.value(), map.expectation()));
    }
    return key;
  }

  /**
   * Reads one value; null when it is none, which is then noted.
   *
   * @param owner the field whose policy counts; that of the map for a map's value
   */
  private @Nullable Object value(
      Node node,
      FieldDescriptor owner,
      FieldDescriptor field,
      Message.@Nullable Builder parent,
      String path) {
    if (Secrets.isSensitive(owner)) {
      source.hide(path, Secrets.HIDDEN);
    }
    if (field.getJavaType() == JavaType.MESSAGE && !DurationText.holds(field) && parent != null) {
      Message.Builder builder = parent.newBuilderForField(field);
      message(node, builder, path);
      return builder.buildPartial();
    }
    String expectation = expectation(field);
    if (!(node instanceof ScalarNode scalar)
        || scalar.getTag().equals(Tag.NULL)
        || !KNOWN_TAGS.contains(scalar.getTag())) {
      wrong(path, describe(node), expectation);
      return null;
    }
    source.written(path, describe(scalar));
    Object value =
        switch (field.getJavaType()) {
          case STRING -> text(scalar, path);
          case BOOLEAN -> bool(scalar);
          case INT, LONG -> integer(scalar, field);
          case FLOAT, DOUBLE -> number(scalar, field);
          case ENUM -> EnumNames.find(field.getEnumType(), scalar.getValue()).orElse(null);
          case MESSAGE -> DurationText.parse(scalar.getValue()).orElse(null);
          case BYTE_STRING -> null;
        };
    if (value == null && field.getJavaType() != JavaType.STRING) {
      wrong(path, describe(scalar), expectation);
    }
    return value;
  }

  private static String expectation(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case STRING -> "a text";
      case BOOLEAN -> "true or false";
      case INT, LONG -> Expectations.integers(field);
      case FLOAT, DOUBLE -> "a number";
      case ENUM -> Expectations.choices(field);
      case MESSAGE -> DurationText.EXAMPLES;
      // A configuration's contract has none; were there one, no text could fill it.
      case BYTE_STRING -> "nothing, bytes cannot be written here";
    };
  }

  private @Nullable Object text(ScalarNode scalar, String path) {
    String written = scalar.getValue();
    if (scalar.getTag().equals(Tag.BOOL)) {
      wrong(path, written, "a text, in quotes if it is meant so");
      return null;
    }
    if (!References.isIn(written)) {
      return written;
    }
    try {
      String resolved = references.resolve(written);
      Secrets.remember(resolved);
      if (source.hidden(path).isEmpty() || References.isAllOf(written)) {
        source.hide(path, written);
      }
      return resolved;
    } catch (UnresolvedException e) {
      errors.add(new ConfigError(file, source.lineOf(path), path, e.reference(), e.expectation()));
      return null;
    }
  }

  private static @Nullable Object bool(ScalarNode scalar) {
    return scalar.getTag().equals(Tag.BOOL) ? Boolean.valueOf(scalar.getValue()) : null;
  }

  private static @Nullable Object integer(ScalarNode scalar, FieldDescriptor field) {
    if (!scalar.getTag().equals(Tag.INT) || !scalar.getValue().matches("-?\\d{1,20}")) {
      return null;
    }
    BigInteger number = new BigInteger(scalar.getValue());
    if (number.compareTo(Expectations.least(field)) < 0
        || number.compareTo(Expectations.most(field)) > 0) {
      return null;
    }
    return field.getJavaType() == JavaType.LONG
        ? (Object) number.longValue()
        : (Object) number.intValue();
  }

  private static @Nullable Object number(ScalarNode scalar, FieldDescriptor field) {
    double number;
    try {
      number = new BigDecimal(scalar.getValue()).doubleValue();
    } catch (NumberFormatException e) {
      return null;
    }
    boolean single = field.getJavaType() == JavaType.FLOAT;
    if (!scalar.isPlain() || Double.isInfinite(single ? (float) number : number)) {
      return null;
    }
    return single ? (Object) (float) number : (Object) number;
  }

  private void notYaml(int line, @Nullable String problem) {
    String text = problem == null ? "" : "; " + problem.lines().findFirst().orElse("");
    errors.add(new ConfigError(file, line, "", "", "well-formed YAML" + text));
  }

  private void note(String path, Node node) {
    source.line(path, line(node));
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private void wrong(String path, String value, String expectation) {
    errors.add(
        new ConfigError(
            file, source.lineOf(path), path, source.hidden(path).orElse(value), expectation));
  }

  private static Object blank(FieldDescriptor field, Message.Builder builder) {
    return switch (field.getJavaType()) {
      case MESSAGE -> builder.newBuilderForField(field).buildPartial();
      case ENUM -> field.getEnumType().getValues().getFirst();
      case STRING -> "";
      case BOOLEAN -> false;
      case INT -> 0;
      case LONG -> 0L;
      case FLOAT -> 0f;
      case DOUBLE -> 0d;
      case BYTE_STRING -> com.google.protobuf.ByteString.EMPTY;
    };
  }

  private static String describe(Node node) {
    return switch (node) {
      case MappingNode _ -> "a mapping";
      case SequenceNode _ -> "a list";
      case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing";
      case ScalarNode scalar when scalar.getTag().getValue().equals(YamlNodes.ALIAS) ->
          "the alias " + scalar.getValue();
      case ScalarNode scalar when !KNOWN_TAGS.contains(scalar.getTag()) ->
          scalar.getTag().getValue() + " " + scalar.getValue();
      case ScalarNode scalar ->
          scalar.isPlain() ? scalar.getValue() : '"' + scalar.getValue() + '"';
      default -> node.getTag().getValue();
    };
  }

  private static List<String> names(Message.Builder builder) {
    return builder.getDescriptorForType().getFields().stream()
        .map(FieldDescriptor::getName)
        .toList();
  }

  private static String fieldNames(Message.Builder builder) {
    return String.join(", ", names(builder));
  }
}
