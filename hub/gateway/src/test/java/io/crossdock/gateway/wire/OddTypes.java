package io.crossdock.gateway.wire;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TextFormat;

/**
 * Message types with everything that the wire format knows, in both syntaxes: every scalar, packed
 * and unpacked lists, open and closed enums, groups, maps, oneofs, recursion, high field numbers.
 */
final class OddTypes {

  private static final String[] SCALARS = {
    "DOUBLE",
    "FLOAT",
    "INT64",
    "UINT64",
    "INT32",
    "FIXED64",
    "FIXED32",
    "BOOL",
    "STRING",
    "BYTES",
    "UINT32",
    "ENUM",
    "SFIXED32",
    "SFIXED64",
    "SINT32",
    "SINT64"
  };

  /** Closed enums, groups, strings that need not be UTF-8. */
  static final Descriptor PROTO2 = build("proto2");

  /** Open enums, no groups, strings that must be UTF-8, fields without presence. */
  static final Descriptor PROTO3 = build("proto3");

  /** A message with a required field. */
  static final Descriptor REQUIRED =
      file("""
      name: 'required.proto' package: 'odd' syntax: 'proto2'
      message_type {
        name: 'Required'
        field { name: 'text' number: 1 label: LABEL_REQUIRED type: TYPE_STRING }
      }
      """)
          .findMessageTypeByName("Required");

  /** A message in the message-set encoding. */
  static final Descriptor MESSAGE_SET =
      file("""
      name: 'set.proto' package: 'odd' syntax: 'proto2'
      message_type {
        name: 'Set'
        extension_range { start: 4 end: 2147483647 }
        options { message_set_wire_format: true }
      }
      """)
          .findMessageTypeByName("Set");

  private OddTypes() {}

  private static Descriptor build(String syntax) {
    boolean old = syntax.equals("proto2");
    StringBuilder fields = new StringBuilder();
    int number = 1;
    for (String scalar : SCALARS) {
      String type =
          "type: TYPE_" + scalar + (scalar.equals("ENUM") ? " type_name: '.odd.Colour'" : "");
      fields.append(field("one_" + scalar, number++, "OPTIONAL", type));
    }
    for (String scalar : SCALARS) {
      String type =
          "type: TYPE_" + scalar + (scalar.equals("ENUM") ? " type_name: '.odd.Colour'" : "");
      fields.append(field("many_" + scalar, number++, "REPEATED", type));
      if (!scalar.equals("STRING") && !scalar.equals("BYTES")) {
        fields.append(
            field(
                "run_" + scalar, number++, "REPEATED", type + " options { packed: " + old + " }"));
      }
    }
    String self = "type: TYPE_MESSAGE type_name: '.odd.Odd'";
    fields.append(field("child", 64, "OPTIONAL", self));
    fields.append(field("children", 65, "REPEATED", self));
    fields.append(field("leaf", 66, "OPTIONAL", "type: TYPE_MESSAGE type_name: '.odd.Leaf'"));
    fields.append(
        field("entries", 67, "REPEATED", "type: TYPE_MESSAGE type_name: '.odd.Odd.EntriesEntry'"));
    fields.append(field("far", 20_000, "OPTIONAL", "type: TYPE_STRING"));
    fields.append(field("farthest", 536_870_911, "OPTIONAL", "type: TYPE_INT32"));
    fields.append(field("either_text", 70, "OPTIONAL", "type: TYPE_STRING oneof_index: 0"));
    fields.append(field("either_number", 71, "OPTIONAL", "type: TYPE_SINT32 oneof_index: 0"));
    fields.append(
        field(
            "either_colour",
            72,
            "OPTIONAL",
            "type: TYPE_ENUM type_name: '.odd.Colour' oneof_index: 0"));
    fields.append(
        field(
            "either_leaf",
            73,
            "OPTIONAL",
            "type: TYPE_MESSAGE type_name: '.odd.Leaf' oneof_index: 0"));
    if (old) {
      fields.append(field("bag", 80, "OPTIONAL", "type: TYPE_GROUP type_name: '.odd.Odd.Bag'"));
      fields.append(field("bags", 81, "REPEATED", "type: TYPE_GROUP type_name: '.odd.Odd.Bag'"));
      fields.append(
          field(
              "with_default",
              82,
              "OPTIONAL",
              "type: TYPE_UINT64 default_value: '18446744073709551615'"));
      fields.append(
          field("with_bytes", 83, "OPTIONAL", "type: TYPE_BYTES default_value: 'a\\\\377'"));
      fields.append(
          field("with_uint", 84, "OPTIONAL", "type: TYPE_FIXED32 default_value: '4294967295'"));
    }
    String text =
        """
        name: 'odd_%1$s.proto' package: 'odd' syntax: '%1$s'
        enum_type {
          name: 'Colour'
          value { name: 'NONE' number: 0 } value { name: 'RED' number: 1 } value { name: 'BLUE' number: -7 }
        }
        message_type {
          name: 'Leaf'
          field { name: 'text' number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
          field { name: 'number' number: 2 label: LABEL_OPTIONAL type: TYPE_INT64 }
          field { name: 'deeper' number: 3 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: '.odd.Leaf' }
        }
        message_type {
          name: 'Odd'
          %2$s
          nested_type {
            name: 'EntriesEntry'
            field { name: 'key' number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
            field { name: 'value' number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: '.odd.Leaf' }
            options { map_entry: true }
          }
          nested_type {
            name: 'Bag'
            field { name: 'label' number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
            field { name: 'weight' number: 2 label: LABEL_OPTIONAL type: TYPE_FIXED32 }
            field { name: 'odd' number: 3 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: '.odd.Odd' }
          }
          oneof_decl { name: 'either' }
        }
        """
            .formatted(syntax, fields);
    return file(text).findMessageTypeByName("Odd");
  }

  private static FileDescriptor file(String text) {
    try {
      return FileDescriptor.buildFrom(
          TextFormat.parse(text, FileDescriptorProto.class), new FileDescriptor[0]);
    } catch (TextFormat.ParseException | DescriptorValidationException e) {
      throw new IllegalStateException(text, e);
    }
  }

  private static String field(String name, int number, String label, String rest) {
    return "field { name: '%s' number: %d label: LABEL_%s %s }\n"
        .formatted(name.toLowerCase(java.util.Locale.ROOT), number, label, rest);
  }
}
