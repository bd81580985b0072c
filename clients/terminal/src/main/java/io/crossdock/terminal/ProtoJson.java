package io.crossdock.terminal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.failure.Failure;
import java.util.TreeMap;

/**
 * Answers for programs: the contract's messages as protobuf JSON with the field names of the
 * contract, so 64-bit numbers are strings.
 */
public final class ProtoJson {

  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private ProtoJson() {}

  /** A message as a JSON object. Fields without presence are always there. */
  public static JsonObject of(MessageOrBuilder message) {
    try {
      return JsonParser.parseString(
              JsonFormat.printer()
                  .preservingProtoFieldNames()
                  .alwaysPrintFieldsWithNoPresence()
                  .omittingInsignificantWhitespace()
                  .print(message))
          .getAsJsonObject();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message that is no JSON: " + e.getMessage(), e);
    }
  }

  /** A failure as {@code {"error": {...}}}. */
  static JsonObject of(Failure failure, ExitCode exit, String advice) {
    JsonObject error = new JsonObject();
    error.addProperty("reason", failure.reasonName());
    error.addProperty("code", failure.code().name());
    error.addProperty("message", failure.message());
    error.addProperty("advice", advice);
    error.addProperty("exit_code", exit.code());
    if (failure.retryAfter() != null) {
      error.addProperty("retry_after_ms", failure.retryAfter().toMillis());
    }
    if (!failure.metadata().isEmpty()) {
      error.add("metadata", GSON.toJsonTree(new TreeMap<>(failure.metadata())));
    }
    if (!failure.violations().isEmpty()) {
      JsonArray violations = new JsonArray();
      for (Failure.Violation each : failure.violations()) {
        JsonObject violation = new JsonObject();
        violation.addProperty("field", each.field());
        violation.addProperty("rule", each.rule());
        violation.addProperty("description", each.description());
        violations.add(violation);
      }
      error.add("violations", violations);
    }
    UnknownOutcome unknown = failure.unknownOutcome();
    if (unknown != null) {
      JsonObject outcome = new JsonObject();
      outcome.addProperty("request_id", unknown.getRequestId());
      outcome.addProperty("look_up_method", unknown.getLookUpMethod());
      error.add("unknown_outcome", outcome);
    }
    JsonObject answer = new JsonObject();
    answer.add("error", error);
    return answer;
  }

  static JsonObject of(CommandException complaint) {
    JsonObject error = new JsonObject();
    error.addProperty("message", complaint.getMessage());
    error.addProperty("exit_code", complaint.exit().code());
    JsonObject answer = new JsonObject();
    answer.add("error", error);
    return answer;
  }

  /**
   * The value on several lines, indented.
   *
   * @param value maps, records, numbers and strings
   */
  public static String print(Object value) {
    return GSON.toJson(value);
  }
}
