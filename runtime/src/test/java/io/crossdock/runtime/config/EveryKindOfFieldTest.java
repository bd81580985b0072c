package io.crossdock.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kinds of fields that no configuration has yet. */
class EveryKindOfFieldTest {

  private static final Descriptor EVERYTHING =
      descriptor(
          """
          name: "everything.proto" syntax: "proto3"
          message_type {
            name: "Everything"
            field { name: "i32" number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL }
            field { name: "i64" number: 2 type: TYPE_SINT64 label: LABEL_OPTIONAL }
            field { name: "u32" number: 3 type: TYPE_FIXED32 label: LABEL_OPTIONAL }
            field { name: "u64" number: 4 type: TYPE_UINT64 label: LABEL_OPTIONAL }
            field { name: "single" number: 5 type: TYPE_FLOAT label: LABEL_OPTIONAL }
            field { name: "double" number: 6 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
            field { name: "bytes" number: 7 type: TYPE_BYTES label: LABEL_OPTIONAL }
            field { name: "numbers" number: 8 type: TYPE_INT32 label: LABEL_REPEATED }
            field { name: "flags" number: 9 type: TYPE_BOOL label: LABEL_REPEATED }
            field { name: "levels" number: 10 type: TYPE_ENUM type_name: ".Everything.LogLevel"
                    label: LABEL_REPEATED }
            field { name: "labels" number: 11 type: TYPE_MESSAGE
                    type_name: ".Everything.LabelsEntry" label: LABEL_REPEATED }
            field { name: "by_number" number: 12 type: TYPE_MESSAGE
                    type_name: ".Everything.ByNumberEntry" label: LABEL_REPEATED }
            nested_type {
              name: "LabelsEntry" options { map_entry: true }
              field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
              field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
            }
            nested_type {
              name: "ByNumberEntry" options { map_entry: true }
              field { name: "key" number: 1 type: TYPE_UINT32 label: LABEL_OPTIONAL }
              field { name: "value" number: 2 type: TYPE_MESSAGE type_name: ".Everything"
                      label: LABEL_OPTIONAL }
            }
            enum_type {
              name: "LogLevel"
              value { name: "LOG_LEVEL_UNSPECIFIED" number: 0 }
              value { name: "LOG_LEVEL_LOUD" number: 1 }
              value { name: "LOG_LEVEL_VERY_LOUD" number: 2 }
            }
          }
          """);

  @TempDir Path dir;

  @Test
  void readsAndRendersThemAlike() throws Exception {
    String text =
        """
        i32: -2147483648
        i64: -9223372036854775808
        u32: 4294967295
        u64: 18446744073709551615
        single: 1.5
        double: -2.5E-10
        numbers:
          - 1
          - -2
        flags:
          - true
          - false
        levels:
          - loud
          - very_loud
        labels:
          a: x
          "a.b c": "true"
        by_number:
          7:
            i32: 1
          4294967295: {}
        """;

    ConfigDocument<DynamicMessage> document = read(text);

    assertThat(document.errors()).isEmpty();
    assertThat(document.render()).isEqualTo(text);
    assertThat(ConfigLoader.render(document.value())).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          i32: 2147483648          | i32: 2147483648 (expected: a whole number, -2147483648..2147483647)
          i32: 0x10                | i32: 0x10 (expected: a whole number, -2147483648..2147483647)
          i64: 9223372036854775808 | i64: 9223372036854775808 (expected: a whole number, -9223372036854775808..9223372036854775807)
          u32: -1                  | u32: -1 (expected: a whole number, 0..4294967295)
          single: 1e39             | single: 1e39 (expected: a number)
          double: 1e999            | double: 1e999 (expected: a number)
          double: .inf             | double: .inf (expected: a number)
          double: .nan             | double: .nan (expected: a number)
          double: "1"              | double: "1" (expected: a number)
          double: true             | double: true (expected: a number)
          bytes: AAAA              | bytes: AAAA (expected: nothing, bytes cannot be written here)
          flags: [1]               | flags[0]: 1 (expected: true or false)
          numbers: [1, [2], 3, x]  | numbers[1]: a list (expected: a whole number, -2147483648..2147483647), numbers[3]: x (expected: a whole number, -2147483648..2147483647)
          numbers: {a: 1}          | numbers: a mapping (expected: a list)
          levels: [LOUD]           | levels[0]: LOUD (expected: loud or very_loud)
          labels: [a]              | labels: a list (expected: a mapping)
          labels: {a: x, a: z}     | labels["a"]: given twice (expected: once)
          labels: {a: [x]}         | labels["a"]: a list (expected: a text)
          labels: {a: }            | labels["a"]: nothing (expected: a text)
          by_number: {x: {}}       | by_number: key x (expected: a whole number, 0..4294967295)
          by_number: {7: {i23: 1}} | by_number[7].i23: unknown field (expected: one of i32, i64, u32, u64, single, double, bytes, numbers, flags, levels, labels, by_number; did you mean i32?)
          '? [a]'                  | ?: unknown field (expected: one of i32, i64, u32, u64, single, double, bytes, numbers, flags, levels, labels, by_number)
          """)
  void refusesWhatDoesNotFit(String text, String expected) throws IOException {
    assertThat(
            read(text).errors().stream()
                .map(error -> error.toString().replaceFirst("^.*?:1: ", ""))
                .reduce("", (all, each) -> all.isEmpty() ? each : all + ", " + each))
        .isEqualTo(expected);
  }

  @Test
  void showsAKeyOnItsOwnLine() throws IOException {
    assertThat(read("by_number:\n  1: {}\n  x: {}\n").errors())
        .extracting(ConfigError::line)
        .containsExactly(3);
  }

  private ConfigDocument<DynamicMessage> read(String text) throws IOException {
    Path file = Files.writeString(dir.resolve("everything.yaml"), text);
    return ConfigLoader.read(file, DynamicMessage.getDefaultInstance(EVERYTHING), Map.of());
  }

  private static Descriptor descriptor(String text) {
    try {
      FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
      TextFormat.merge(text, file);
      return FileDescriptor.buildFrom(file.build(), new FileDescriptor[0])
          .findMessageTypeByName("Everything");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
