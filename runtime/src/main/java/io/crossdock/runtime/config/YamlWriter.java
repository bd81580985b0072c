package io.crossdock.runtime.config;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes a message as the YAML that would be read into it. */
final class YamlWriter {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./-]*");

  private final StringBuilder out = new StringBuilder();
  private final Set<String> secrets;

  private YamlWriter(Set<String> secrets) {
    this.secrets = secrets;
  }

  /**
   * @param secrets paths whose values are left out
   */
  static String write(Message message, Set<String> secrets) {
    YamlWriter writer = new YamlWriter(secrets);
    writer.fields(message, "", "");
    return writer.out.toString();
  }

  private void fields(Message message, String indent, String path) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String at = path.isEmpty() ? field.getName() : path + "." + field.getName();
      out.append(indent).append(field.getName()).append(':');
      if (field.isRepeated()) {
        out.append('\n');
        int index = 0;
        for (Object item : (List<?>) entry.getValue()) {
          out.append(indent).append("  -");
          item(item, indent + "    ", at + "[" + index++ + "]");
        }
      } else {
        value(entry.getValue(), indent + "  ", at);
      }
    }
  }

  private void item(Object item, String indent, String path) {
    int start = out.length();
    value(item, indent, path);
    // A mapping in a list begins on the line of its dash.
    if (out.charAt(start) == '\n') {
      out.replace(start, Math.min(out.length(), start + 1 + indent.length()), " ");
    }
  }

  private void value(Object value, String indent, String path) {
    if (value instanceof Message message && !Durations.isDuration(message)) {
      out.append('\n');
      fields(message, indent, path);
      return;
    }
    String text =
        switch (value) {
          case Message duration -> Durations.write(duration);
          case EnumValueDescriptor choice -> YamlReader.shortName(choice);
          case String string -> secrets.contains(path) ? "\"***\"" : quoted(string);
          default -> value.toString();
        };
    out.append(' ').append(text).append('\n');
  }

  private static String quoted(String text) {
    if (PLAIN.matcher(text).matches() && !Set.of("true", "false", "null").contains(text)) {
      return text;
    }
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
