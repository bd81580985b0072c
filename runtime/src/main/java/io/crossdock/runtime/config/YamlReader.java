package io.crossdock.runtime.config;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import io.crossdock.policy.v1.DataClass;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.runtime.config.Texts.Unresolved;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
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

  private static final Validator VALIDATOR = ValidatorFactory.newBuilder().build();

  private final Path file;
  private final Texts texts;
  private final Map<String, Integer> lines = new HashMap<>();
  private final List<String> secrets = new ArrayList<>();
  private final List<Pending> pending = new ArrayList<>();

  private record Pending(String path, String value, String expectation) {}

  YamlReader(Path file, Map<String, String> environment) {
    this.file = file;
    this.texts = new Texts(file, environment);
  }

  @SuppressWarnings("unchecked") // a builder of M builds an M
  <M extends Message> ConfigDocument<M> read(String text, M defaultInstance) {
    Message.Builder builder = defaultInstance.newBuilderForType();
    try {
      LoadSettings settings =
          LoadSettings.builder().setLabel(file.toString()).setMaxAliasesForCollections(0).build();
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isEmpty()) {
        pending.add(new Pending("", "an empty file", fieldNames(builder)));
      } else {
        message(root.get(), builder, "");
      }
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      lines.put("yaml", line);
      pending.add(new Pending("yaml", "", "well-formed YAML; " + e.getProblem()));
    } catch (YamlEngineException e) {
      pending.add(new Pending("", "", "well-formed YAML; " + firstLine(e.getMessage())));
    }
    ConfigDocument<M> document =
        new ConfigDocument<>(file.toString(), (M) builder.buildPartial(), lines, secrets);
    pending.forEach(each -> document.mistake(each.path(), each.value(), each.expectation()));
    if (document.mistakes().stream().noneMatch(mistake -> mistake.path().equals("yaml"))) {
      checkRules(document);
    }
    return document;
  }

  private void message(Node node, Message.Builder builder, String path) {
    if (!(node instanceof MappingNode mapping)) {
      wrong(path, describe(node), "a mapping of " + fieldNames(builder));
      return;
    }
    Set<String> seen = new HashSet<>();
    Map<OneofDescriptor, String> chosen = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      String at = path.isEmpty() ? key : path + "." + key;
      note(at, tuple.getKeyNode());
      FieldDescriptor field = builder.getDescriptorForType().findFieldByName(key);
      if (field == null) {
        wrong(at, "unknown", Suggestion.among(key, names(builder)));
        continue;
      }
      if (!seen.add(key)) {
        wrong(at, "given twice", "once");
        continue;
      }
      OneofDescriptor oneof = field.getRealContainingOneof();
      if (oneof != null) {
        String other = chosen.putIfAbsent(oneof, key);
        if (other != null) {
          wrong(at, "given beside " + other, "one of the two");
          continue;
        }
      }
      field(tuple.getValueNode(), field, builder, at);
    }
  }

  private void field(Node node, FieldDescriptor field, Message.Builder builder, String path) {
    if (!field.isRepeated()) {
      Object value = value(node, field, builder, path);
      if (value != null) {
        builder.setField(field, value);
      }
      return;
    }
    if (!(node instanceof SequenceNode sequence)) {
      wrong(path, describe(node), "a list");
      return;
    }
    int index = 0;
    for (Node item : sequence.getValue()) {
      String at = path + "[" + index++ + "]";
      note(at, item);
      Object value = value(item, field, builder, at);
      // A place holder keeps the indices of what follows true.
      builder.addRepeatedField(field, value == null ? blank(field, builder) : value);
    }
  }

  private @Nullable Object value(
      Node node, FieldDescriptor field, Message.Builder parent, String path) {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      if (isDuration(field)) {
        return scalar(node, path, "a duration such as 250ms, 30s, 5m or 1h")
            .map(scalar -> duration(scalar.getValue(), path))
            .orElse(null);
      }
      Message.Builder builder = parent.newBuilderForField(field);
      message(node, builder, path);
      return builder.buildPartial();
    }
    return switch (field.getJavaType()) {
      case STRING -> {
        if (field.getOptions().getExtension(PolicyProto.field).getDataClass()
            == DataClass.DATA_CLASS_SENSITIVE) {
          secrets.add(path);
        }
        yield scalar(node, path, "a text").map(scalar -> text(scalar, path)).orElse(null);
      }
      case BOOLEAN ->
          scalar(node, path, "true or false").map(scalar -> bool(scalar, path)).orElse(null);
      case INT, LONG ->
          scalar(node, path, "a whole number")
              .map(scalar -> integer(scalar, field, path))
              .orElse(null);
      case FLOAT, DOUBLE ->
          scalar(node, path, "a number").map(scalar -> number(scalar, field, path)).orElse(null);
      case ENUM ->
          scalar(node, path, choices(field))
              .map(scalar -> choice(scalar, field, path))
              .orElse(null);
      case BYTE_STRING, MESSAGE ->
          throw new IllegalStateException(field.getFullName() + " cannot be written as YAML");
    };
  }

  private Optional<ScalarNode> scalar(Node node, String path, String expectation) {
    if (node instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
      return Optional.of(scalar);
    }
    wrong(path, describe(node), expectation);
    return Optional.empty();
  }

  private @Nullable Object text(ScalarNode scalar, String path) {
    if (scalar.getTag().equals(Tag.BOOL)) {
      wrong(path, scalar.getValue(), "a text, in quotes if it is meant so");
      return null;
    }
    try {
      String resolved = texts.resolve(scalar.getValue());
      if (!resolved.equals(scalar.getValue())) {
        secrets.add(path);
      }
      return resolved;
    } catch (Unresolved e) {
      wrong(path, e.reference(), e.expectation());
      return null;
    }
  }

  private @Nullable Object bool(ScalarNode scalar, String path) {
    if (!scalar.getTag().equals(Tag.BOOL)) {
      wrong(path, shown(scalar), "true or false");
      return null;
    }
    return Boolean.valueOf(scalar.getValue());
  }

  private @Nullable Object integer(ScalarNode scalar, FieldDescriptor field, String path) {
    boolean wide = field.getJavaType() == FieldDescriptor.JavaType.LONG;
    boolean unsigned =
        switch (field.getType()) {
          case UINT32, UINT64, FIXED32, FIXED64 -> true;
          default -> false;
        };
    int bits = wide ? 64 : 32;
    BigInteger least = unsigned ? BigInteger.ZERO : BigInteger.ONE.shiftLeft(bits - 1).negate();
    BigInteger most = BigInteger.ONE.shiftLeft(unsigned ? bits : bits - 1).subtract(BigInteger.ONE);
    String expectation = "a whole number, " + least + " to " + most;
    if (!scalar.getTag().equals(Tag.INT)) {
      wrong(path, shown(scalar), expectation);
      return null;
    }
    BigInteger number;
    try {
      number = new BigInteger(scalar.getValue());
    } catch (NumberFormatException e) {
      wrong(path, shown(scalar), expectation);
      return null;
    }
    if (number.compareTo(least) < 0 || number.compareTo(most) > 0) {
      wrong(path, scalar.getValue(), expectation);
      return null;
    }
    return wide ? (Object) number.longValue() : (Object) number.intValue();
  }

  private @Nullable Object number(ScalarNode scalar, FieldDescriptor field, String path) {
    if (!scalar.getTag().equals(Tag.INT) && !scalar.getTag().equals(Tag.FLOAT)) {
      wrong(path, shown(scalar), "a number");
      return null;
    }
    double number = Double.parseDouble(scalar.getValue());
    return field.getJavaType() == FieldDescriptor.JavaType.FLOAT
        ? (Object) (float) number
        : (Object) number;
  }

  private @Nullable Object choice(ScalarNode scalar, FieldDescriptor field, String path) {
    String written = scalar.getValue();
    for (EnumValueDescriptor value : field.getEnumType().getValues()) {
      if (value.getName().equals(written) || shortName(value).equals(written)) {
        return value;
      }
    }
    wrong(path, written, choices(field));
    return null;
  }

  private @Nullable Object duration(String written, String path) {
    Optional<Duration> duration = Durations.parse(written);
    if (duration.isEmpty()) {
      wrong(path, written, "a duration such as 250ms, 30s, 5m or 1h");
      return null;
    }
    return com.google.protobuf.util.Durations.fromMillis(duration.get().toMillis());
  }

  private <M extends Message> void checkRules(ConfigDocument<M> document) {
    ValidationResult result;
    try {
      result = VALIDATOR.validate(document.value());
    } catch (ValidationException e) {
      throw new IllegalStateException("rules of the configuration cannot be checked", e);
    }
    for (Violation violation : result.getViolations()) {
      String path =
          violation.toProto().getField().getElementsList().stream()
              .map(YamlReader::pathOf)
              .collect(Collectors.joining("."));
      // What could not be read is not complained about twice.
      if (!document.isDoubtful(path)) {
        Violation.FieldValue field = violation.getFieldValue();
        document.mistake(
            path,
            field == null ? "" : shown(field.getValue()),
            expectation(violation.toProto().getMessage()));
      }
    }
  }

  private static String pathOf(FieldPathElement element) {
    return element.hasIndex()
        ? element.getFieldName() + "[" + element.getIndex() + "]"
        : element.getFieldName();
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case String text -> text.isEmpty() ? "\"\"" : text;
      case Duration duration -> Durations.write(duration);
      case Message _ -> "";
      case List<?> list -> list.size() + " entries";
      default -> value.toString();
    };
  }

  private static String expectation(String rule) {
    String text = rule.startsWith("value ") ? rule.substring("value ".length()) : rule;
    return text.startsWith("must be ") ? text.substring("must be ".length()) : text;
  }

  private void note(String path, Node node) {
    node.getStartMark().ifPresent(mark -> lines.put(path, mark.getLine() + 1));
  }

  private void wrong(String path, String value, String expectation) {
    pending.add(new Pending(path, value, expectation));
  }

  private static Object blank(FieldDescriptor field, Message.Builder builder) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        ? builder.newBuilderForField(field).buildPartial()
        : field.getJavaType() == FieldDescriptor.JavaType.ENUM
            ? field.getEnumType().getValues().getFirst()
            : switch (field.getJavaType()) {
              case STRING -> "";
              case BOOLEAN -> false;
              case INT -> 0;
              case LONG -> 0L;
              case FLOAT -> 0f;
              case DOUBLE -> 0d;
              default -> throw new IllegalStateException(field.getFullName());
            };
  }

  private static boolean isDuration(FieldDescriptor field) {
    return field
        .getMessageType()
        .getFullName()
        .equals(com.google.protobuf.Duration.getDescriptor().getFullName());
  }

  private static String describe(Node node) {
    return switch (node) {
      case MappingNode _ -> "a mapping";
      case SequenceNode _ -> "a list";
      case ScalarNode scalar when scalar.getTag().equals(Tag.NULL) -> "nothing";
      case ScalarNode scalar -> shown(scalar);
      default -> node.getTag().getValue();
    };
  }

  private static String shown(ScalarNode scalar) {
    return scalar.isPlain() ? scalar.getValue() : '"' + scalar.getValue() + '"';
  }

  private static List<String> names(Message.Builder builder) {
    return builder.getDescriptorForType().getFields().stream()
        .map(FieldDescriptor::getName)
        .toList();
  }

  private static String fieldNames(Message.Builder builder) {
    return String.join(", ", names(builder));
  }

  private static String choices(FieldDescriptor field) {
    return field.getEnumType().getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .map(YamlReader::shortName)
        .collect(Collectors.joining(" or "));
  }

  static String shortName(EnumValueDescriptor value) {
    String prefix =
        value.getType().getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT)
            + "_";
    String name = value.getName();
    return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .toLowerCase(Locale.ROOT);
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }
}
