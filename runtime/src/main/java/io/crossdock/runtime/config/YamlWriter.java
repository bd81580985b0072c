package io.crossdock.runtime.config;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/** Writes a message as the YAML that would be read into it. */
final class YamlWriter {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");
  private static final Set<String> WORDS = Set.of("true", "false", "null");

  private final StringBuilder out = new StringBuilder();
  private final BiFunction<String, Object, Optional<String>> hidden;

  private YamlWriter(BiFunction<String, Object, Optional<String>> hidden) {
    this.hidden = hidden;
  }

  /**
   * @param hidden what to write in the place of the value at a path; empty for the value itself
   */
  static String write(Message message, BiFunction<String, Object, Optional<String>> hidden) {
    YamlWriter writer = new YamlWriter(hidden);
    writer.fields(message, "", "");
    return writer.out.toString();
  }

  private void fields(Message message, String indent, String path) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String at = path.isEmpty() ? field.getName() : path + "." + field.getName();
      out.append(indent).append(field.getName()).append(':');
      if (field.isMapField()) {
        out.append('\n');
        entries(field, (List<?>) entry.getValue(), indent + "  ", at);
      } else if (field.isRepeated()) {
        out.append('\n');
        int index = 0;
        for (Object item : (List<?>) entry.getValue()) {
          out.append(indent).append("  -");
          int start = out.length();
          value(field, field, item, indent + "    ", at + "[" + index++ + "]");
          onTheLineOfItsDash(start, indent + "    ");
        }
      } else {
        value(field, field, entry.getValue(), indent + "  ", at);
      }
    }
  }

  private void onTheLineOfItsDash(int start, String indent) {
    if (out.charAt(start) == '\n') {
      out.replace(start, start + 1 + indent.length(), " ");
    }
  }

  private void entries(FieldDescriptor field, List<?> entries, String indent, String path) {
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor mapped = field.getMessageType().findFieldByName("value");
    for (Object each : entries) {
      Message entry = (Message) each;
      Object name = each instanceof MapEntry<?, ?> pair ? pair.getKey() : entry.getField(key);
      Object value = entry.getField(mapped);
      out.append(indent).append(text(key, name)).append(':');
      value(field, mapped, value, indent + "  ", YamlReader.entryPath(path, name));
    }
  }

  private void value(
      FieldDescriptor owner, FieldDescriptor type, Object value, String indent, String path) {
    if (value instanceof Message message && !DurationText.holds(type)) {
      if (message.getAllFields().isEmpty()) {
        out.append(" {}\n");
      } else {
        out.append('\n');
        fields(message, indent, path);
      }
      return;
    }
    String shown =
        hidden
            .apply(path, value)
            .or(() -> Secrets.isSensitive(owner) ? Optional.of(Secrets.HIDDEN) : Optional.empty())
            .map(YamlWriter::quoted)
            .orElseGet(() -> text(type, value));
    out.append(' ').append(shown).append('\n');
  }

  private static String text(FieldDescriptor type, Object value) {
    return switch (value) {
      case Message duration -> DurationText.write(duration);
      case EnumValueDescriptor choice -> EnumNames.inShort(choice);
      case String string -> plainOrQuoted(Redaction.withoutPasswords(string));
      case Integer number when Expectations.isUnsigned(type) -> Integer.toUnsignedString(number);
      case Long number when Expectations.isUnsigned(type) -> Long.toUnsignedString(number);
      default -> value.toString();
    };
  }

  private static String plainOrQuoted(String text) {
    return PLAIN.matcher(text).matches() && !WORDS.contains(text) ? text : quoted(text);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> quoted.append('\\').append(c);
        case '\n' -> quoted.append("\\n");
        case '\t' -> quoted.append("\\t");
        default -> {
          if (c < ' ' || (c >= 0x7F && c <= 0xA0) || c == '\u2028' || c == '\u2029') {
            quoted.append(String.format("\\u%04x", (int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
