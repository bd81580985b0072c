package io.crossdock.terminal;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.crossdock.failure.Failure;
import java.util.Map;

/**
 * Answers for programs: the contract's messages as protobuf JSON with the field names of the
 * contract, so 64-bit numbers are strings.
 */
public final class Json {

  private Json() {}

  /**
   * A message as a JSON object that more can be put into. Fields without presence are always there.
   */
  public static Struct.Builder of(MessageOrBuilder message) {
    Struct.Builder object = Struct.newBuilder();
    try {
      JsonFormat.parser()
          .merge(
              JsonFormat.printer()
                  .preservingProtoFieldNames()
                  .alwaysPrintFieldsWithNoPresence()
                  .omittingInsignificantWhitespace()
                  .print(message),
              object);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message that is no JSON: " + e.getMessage(), e);
    }
    return object;
  }

  /** A string. */
  public static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  /** A whole number, exact up to 2^53. */
  public static Value number(long value) {
    return number((double) value);
  }

  /** A number. */
  public static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  /** An object. */
  public static Value object(Struct.Builder fields) {
    return Value.newBuilder().setStructValue(fields).build();
  }

  /** The object on several lines, indented. */
  public static String print(Struct.Builder object) {
    try {
      return JsonFormat.printer().print(object);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("no JSON: " + e.getMessage(), e);
    }
  }

  static Struct.Builder of(Failure failure, ExitCode exit, String sentence) {
    Struct.Builder error =
        Struct.newBuilder()
            .putFields("reason", text(failure.reasonName()))
            .putFields("code", text(failure.code().name()))
            .putFields("message", text(failure.message()))
            .putFields("advice", text(sentence))
            .putFields("exit_code", number(exit.code()));
    if (failure.retryAfter() != null) {
      error.putFields("retry_after_ms", number(failure.retryAfter().toMillis()));
    }
    if (!failure.metadata().isEmpty()) {
      Struct.Builder metadata = Struct.newBuilder();
      failure.metadata().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> metadata.putFields(entry.getKey(), text(entry.getValue())));
      error.putFields("metadata", object(metadata));
    }
    if (!failure.violations().isEmpty()) {
      ListValue.Builder violations = ListValue.newBuilder();
      for (Failure.Violation each : failure.violations()) {
        violations.addValues(
            object(
                Struct.newBuilder()
                    .putFields("field", text(each.field()))
                    .putFields("rule", text(each.rule()))
                    .putFields("description", text(each.description()))));
      }
      error.putFields("violations", Value.newBuilder().setListValue(violations).build());
    }
    return Struct.newBuilder().putFields("error", object(error));
  }
}
