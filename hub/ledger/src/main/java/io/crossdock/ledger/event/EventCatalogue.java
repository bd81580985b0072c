package io.crossdock.ledger.event;

import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Reason;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.failure.Violations;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.rules.MessageRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The events that may be published, and their rules. Immutable; safe for any thread.
 *
 * <p>No text ever quotes a value of an event, which may be personal data.
 */
public final class EventCatalogue {

  /** Most bytes of an envelope with its data. */
  public static final int MOST_BYTES = 256 * 1024;

  private static final String BUILD_RESOURCE = "/io/crossdock/contracts.binpb";

  private final Map<String, EventType> types = new LinkedHashMap<>();
  private final MessageRules rules = new MessageRules();

  private EventCatalogue(Collection<FileDescriptor> files) {
    for (FileDescriptor file : files) {
      for (Descriptor message : file.getMessageTypes()) {
        if (message.getOptions().hasExtension(PolicyProto.event)) {
          types.put(
              message.getFullName(),
              EventType.of(message, message.getOptions().getExtension(PolicyProto.event)));
        }
      }
    }
  }

  /**
   * The events of these contracts.
   *
   * @param files linked with the extensions of {@link PolicyProto} registered
   * @throws IllegalArgumentException when a contract contradicts itself
   */
  public static EventCatalogue of(Collection<FileDescriptor> files) {
    return new EventCatalogue(files);
  }

  /** The events of the build's contracts. */
  public static EventCatalogue ofBuild() {
    try (InputStream in = EventCatalogue.class.getResourceAsStream(BUILD_RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + BUILD_RESOURCE);
      }
      ExtensionRegistry registry = ExtensionRegistry.newInstance();
      PolicyProto.registerAllExtensions(registry);
      ValidateProto.registerAllExtensions(registry);
      return new EventCatalogue(link(FileDescriptorSet.parseFrom(in, registry)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All events, in the contracts' order. */
  public Collection<EventType> types() {
    return List.copyOf(types.values());
  }

  /** The event of that full name. */
  public Optional<EventType> type(String name) {
    return Optional.ofNullable(types.get(name));
  }

  /**
   * Checks an event before it is written.
   *
   * @throws FailureException with {@code RULE_VIOLATED}, {@code MALFORMED_REQUEST} or {@code
   *     MESSAGE_TOO_LARGE}
   */
  public CheckedEvent check(EventEnvelope envelope) {
    if (envelope.getSerializedSize() > MOST_BYTES) {
      throw new FailureException(
          Failure.of(Reason.REASON_MESSAGE_TOO_LARGE, "The event is too large.")
              .with("event_id", envelope.getEventId())
              .with("bytes", Integer.toString(envelope.getSerializedSize()))
              .with("most_bytes", Integer.toString(MOST_BYTES)));
    }
    obey(envelope, envelope, "");
    EventType type = types.get(envelope.getType());
    if (type == null) {
      throw broken(envelope, "type", "event.type", "expected: an event of the catalogue");
    }
    String url = envelope.getData().getTypeUrl();
    if (!url.substring(url.lastIndexOf('/') + 1).equals(type.name())) {
      throw broken(envelope, "data.type_url", "event.data_type", "expected: what type says");
    }
    DynamicMessage data;
    try {
      data = DynamicMessage.parseFrom(type.message(), envelope.getData().getValue());
    } catch (InvalidProtocolBufferException e) {
      throw new FailureException(
          Failure.of(Reason.REASON_MALFORMED_REQUEST, "The data is not a " + type.name() + ".")
              .with("event_id", envelope.getEventId())
              .withViolations(
                  List.of(new Failure.Violation("data", "wire_format", "not a " + type.name()))));
    }
    String key = (String) data.getField(type.key());
    if (key.isEmpty()) {
      throw broken(
          envelope, "data." + type.key().getName(), "event.key_missing", "the key is missing");
    }
    if (!key.equals(envelope.getKey())) {
      throw broken(
          envelope, "key", "event.key", "expected: the value of data." + type.key().getName());
    }
    obey(envelope, data, "data");
    return CheckedEvent.of(envelope, type);
  }

  private void obey(EventEnvelope envelope, Message message, String path) {
    checkTimes(envelope, message, path);
    List<Failure.Violation> broken = rules.check(message);
    if (!broken.isEmpty()) {
      Failure failure =
          Violations.add(
              Failure.of(Reason.REASON_RULE_VIOLATED, "The event breaks rules of its contract.")
                  .with("event_id", envelope.getEventId()),
              broken);
      throw new FailureException(path.isEmpty() ? failure : failure.under(path));
    }
  }

  /** Times that protobuf's own JSON cannot write would stop whoever has to, such as the relay. */
  private static void checkTimes(EventEnvelope envelope, Message message, String path) {
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        continue;
      }
      String name = path + field.getKey().getName();
      List<?> values =
          field.getKey().isRepeated() ? (List<?>) field.getValue() : List.of(field.getValue());
      for (Object value : values) {
        Message inner = (Message) value;
        if (!isInRange(inner)) {
          throw broken(
              envelope,
              name,
              "event.time",
              "expected: a time of the years 1 to 9999, or at most 10,000 years");
        }
        checkTimes(envelope, inner, name + ".");
      }
    }
  }

  private static boolean isInRange(Message message) {
    try {
      return switch (message.getDescriptorForType().getFullName()) {
        case "google.protobuf.Timestamp" ->
            Timestamps.isValid(Timestamp.parseFrom(message.toByteString()));
        case "google.protobuf.Duration" ->
            Durations.isValid(Duration.parseFrom(message.toByteString()));
        default -> true;
      };
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  private static FailureException broken(
      EventEnvelope envelope, String field, String rule, String expectation) {
    return new FailureException(
        Failure.of(Reason.REASON_RULE_VIOLATED, "The event breaks rules of its contract.")
            .with("event_id", envelope.getEventId())
            .withViolations(List.of(new Failure.Violation(field, rule, expectation))));
  }

  // protoc writes a file after those it imports.
  private static Collection<FileDescriptor> link(FileDescriptorSet set)
      throws DescriptorValidationException {
    Map<String, FileDescriptor> linked = new LinkedHashMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      FileDescriptor[] imports =
          file.getDependencyList().stream().map(linked::get).toArray(FileDescriptor[]::new);
      linked.put(file.getName(), FileDescriptor.buildFrom(file, imports));
    }
    return linked.values();
  }
}
