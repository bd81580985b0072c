package io.crossdock.runtime.config;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.Locale;
import java.util.Optional;

/** Enum values as people write them: the full name, or without the prefix and in lower case. */
final class EnumNames {

  private EnumNames() {}

  /** The value of a name; the one that stands for "not stated" cannot be written. */
  static Optional<EnumValueDescriptor> find(EnumDescriptor type, String written) {
    return type.getValues().stream()
        .filter(value -> value.getNumber() != 0 || !inShort(value).equals("unspecified"))
        .filter(value -> value.getName().equals(written) || inShort(value).equals(written))
        .findFirst();
  }

  static String inShort(EnumValueDescriptor value) {
    String prefix =
        value.getType().getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT)
            + "_";
    String name = value.getName();
    return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .toLowerCase(Locale.ROOT);
  }
}
