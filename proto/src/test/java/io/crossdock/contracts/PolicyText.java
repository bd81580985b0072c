package io.crossdock.contracts;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.Timestamp;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Everything that the contracts' options say, as text: one line per fact, sorted, so that a change
 * of behaviour is a line that somebody reads.
 *
 * <p>Options are written generically. One that is added to the policy tomorrow is in the text
 * without a change here.
 */
final class PolicyText {

  private final TreeSet<Fact> facts = new TreeSet<>();

  private PolicyText() {}

  /**
   * One fact.
   *
   * @param element kind and full name. Example: {@code method
   *     crossdock.loyalty.v1.LoyaltyService.GetBalance}
   * @param name what is said. Example: {@code cache.tags}
   * @param value how it is. Example: {@code "member/{member_id}"}
   */
  record Fact(String element, String name, String value) implements Comparable<Fact> {

    /** The name of the fact that every element has. */
    static final String IS = "is";

    @Override
    public int compareTo(Fact other) {
      return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
      return element + " " + name + " " + value;
    }
  }

  /** All facts of our own files in a descriptor set whose options are understood. */
  static Collection<Fact> of(FileDescriptorSet contracts) {
    return of(
        contracts.getFileList().stream()
            .filter(file -> file.getPackage().startsWith("crossdock."))
            .toList());
  }

  /** All facts of these files, whose options are understood. */
  static Collection<Fact> of(List<FileDescriptorProto> files) {
    PolicyText text = new PolicyText();
    files.forEach(text::file);
    return text.facts;
  }

  private void file(FileDescriptorProto file) {
    for (ServiceDescriptorProto service : file.getServiceList()) {
      String name = file.getPackage() + "." + service.getName();
      fact("service " + name, Fact.IS, "declared");
      options("service " + name, service.getOptions());
      for (MethodDescriptorProto method : service.getMethodList()) {
        method("method " + name + "." + method.getName(), method);
      }
    }
    file.getMessageTypeList().forEach(message -> message(file.getPackage() + ".", message));
    file.getEnumTypeList().forEach(type -> enumType(file.getPackage() + ".", type));
  }

  private void method(String element, MethodDescriptorProto method) {
    fact(
        element,
        Fact.IS,
        (method.getClientStreaming() ? "stream " : "")
            + method.getInputType().substring(1)
            + " -> "
            + (method.getServerStreaming() ? "stream " : "")
            + method.getOutputType().substring(1));
    options(element, method.getOptions());
  }

  private void message(String prefix, DescriptorProto message) {
    String name = prefix + message.getName();
    fact("message " + name, Fact.IS, "declared");
    options("message " + name, message.getOptions());
    for (FieldDescriptorProto field : message.getFieldList()) {
      String element = "field " + name + "." + field.getName();
      fact(element, Fact.IS, type(field));
      options(element, field.getOptions());
    }
    for (OneofDescriptorProto oneof : message.getOneofDeclList()) {
      if (!oneof.getName().startsWith("_")) {
        fact("oneof " + name + "." + oneof.getName(), Fact.IS, "declared");
        options("oneof " + name + "." + oneof.getName(), oneof.getOptions());
      }
    }
    message.getNestedTypeList().forEach(nested -> message(name + ".", nested));
    message.getEnumTypeList().forEach(type -> enumType(name + ".", type));
  }

  private void enumType(String prefix, EnumDescriptorProto type) {
    for (EnumValueDescriptorProto value : type.getValueList()) {
      String element = "value " + prefix + type.getName() + "." + value.getName();
      fact(element, Fact.IS, Integer.toString(value.getNumber()));
      options(element, value.getOptions());
    }
  }

  private static String type(FieldDescriptorProto field) {
    String presence =
        switch (field.getLabel()) {
          case LABEL_REPEATED -> "repeated ";
          case LABEL_OPTIONAL ->
              field.getProto3Optional() || field.hasOneofIndex() ? "optional " : "";
          case LABEL_REQUIRED -> "required ";
        };
    return presence
        + switch (field.getType()) {
          case TYPE_ENUM -> "enum " + field.getTypeName().substring(1);
          case TYPE_MESSAGE, TYPE_GROUP -> "message " + field.getTypeName().substring(1);
          default -> field.getType().name().substring("TYPE_".length()).toLowerCase(Locale.ROOT);
        };
  }

  private void options(String element, Message options) {
    options
        .getAllFields()
        .forEach((option, value) -> {
          if (option.isExtension()) {
            String prefix =
                option.getFullName().startsWith("buf.validate.") ? "rule" : shortName(option);
            write(element, prefix, option, value);
          } else {
            write(element, option.getName(), option, value);
          }
        });
  }

  /** Policy options are named by their fields alone, others by themselves. */
  private static String shortName(FieldDescriptor option) {
    return option.getFullName().startsWith("crossdock.policy.") ? "" : option.getName();
  }

  private void write(String element, String path, FieldDescriptor field, Object value) {
    if (field.isRepeated()) {
      int index = 0;
      for (Object each : (List<?>) value) {
        boolean isMessage = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
        write(element, isMessage ? path + "[" + id(each, index++) + "]" : path, each);
      }
    } else {
      write(element, path, value);
    }
  }

  private void write(String element, String path, Object value) {
    switch (value) {
      case Duration duration ->
          fact(element, path, time(duration.getSeconds(), duration.getNanos()));
      case Timestamp moment -> fact(element, path, time(moment.getSeconds(), moment.getNanos()));
      case Message message -> {
        // An option without a word says nothing; inside of one, an empty message can mean zero.
        if (message.getAllFields().isEmpty() && path.contains(".")) {
          fact(element, path, "{}");
        }
        message
            .getAllFields()
            .forEach((field, each) ->
                write(
                    element,
                    path.isEmpty() ? field.getName() : path + "." + field.getName(),
                    field,
                    each));
      }
      case String text ->
          fact(element, path, '"' + TextFormat.escapeDoubleQuotesAndBackslashes(text) + '"');
      default -> fact(element, path, value.toString());
    }
  }

  /** What a rule of several is known by, so that their order does not matter. */
  private static String id(Object rule, int index) {
    if (rule instanceof Message message) {
      FieldDescriptor id = message.getDescriptorForType().findFieldByName("id");
      if (id != null && message.hasField(id)) {
        return String.valueOf(message.getField(id));
      }
    }
    return Integer.toString(index);
  }

  private static String time(long seconds, int nanos) {
    return nanos == 0 ? seconds + "s" : seconds + "." + "%09d".formatted(nanos) + "s";
  }

  private void fact(String element, String name, String value) {
    facts.add(new Fact(element, name, value.replace("\n", "\\n")));
  }
}
