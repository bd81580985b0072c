package io.crossdock.ctl;

import com.google.gson.JsonArray;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.Channel;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.failure.Failure;
import io.crossdock.terminal.FailureMessages;
import io.crossdock.terminal.HubCommand;
import io.crossdock.terminal.ProtoJson;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * A command of a person who runs the hub.
 *
 * @param <A> the answer
 */
abstract class OperatorCommand<A> extends HubCommand<A> {

  OperatorCommand(String span, ServiceDescriptor... services) {
    super("crossdock-ctl", span, services);
  }

  @Override
  protected FailureMessages failureMessages() {
    return new FailureMessages(
        "The hub", "", missing(), "The hub rejected the request as invalid.");
  }

  /** The sentence when the hub knows no such thing. */
  String missing() {
    return "Nothing found.";
  }

  @Override
  protected void explain(Failure failure, PrintWriter to) {
    failure
        .violations()
        .forEach(each -> to.println("  %s: %s".formatted(each.field(), each.description())));
    boolean refused =
        failure.code() == Status.Code.INVALID_ARGUMENT
            || failure.code() == Status.Code.OUT_OF_RANGE;
    if (refused && failure.violations().isEmpty()) {
      to.println("  " + failure.message());
    }
  }

  /** The context of a write, with a request ID that stays the same when it is repeated. */
  static CommandContext context() {
    return context(UUID.randomUUID(), "");
  }

  /** The same for a write within a business transaction. */
  static CommandContext context(UUID requestId, String correlationId) {
    return CommandContext.newBuilder()
        .setRequestId(requestId.toString())
        .setCorrelationId(correlationId)
        .setChannel(Channel.CHANNEL_SYSTEM)
        .setActor(
            Actor.newBuilder()
                .setKind(Actor.Kind.KIND_OPERATOR)
                .setId(System.getProperty("user.name", "")))
        .build();
  }

  /** The name without {@code SCREAMING_PREFIX_}, in lower case. Example: {@code ready}. */
  static String word(Enum<?> value, String prefix) {
    String name =
        value.name().startsWith(prefix) ? value.name().substring(prefix.length()) : value.name();
    return name.equals("UNSPECIFIED") || name.equals("UNRECOGNIZED")
        ? "unknown"
        : name.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static JsonArray array(List<? extends Message> messages) {
    JsonArray array = new JsonArray();
    messages.stream().map(ProtoJson::of).forEach(array::add);
    return array;
  }

  static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** The number and what it counts. Example: {@code 1 event}, {@code 1,200 events}. */
  static String count(long number, String what) {
    return number(number) + " " + what + (number == 1 ? "" : "s");
  }

  static String moment(Timestamp timestamp) {
    return timestamp.equals(Timestamp.getDefaultInstance()) ? "-" : Timestamps.toString(timestamp);
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
