package io.crossdock.ctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.terminal.ProtoJson;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Events as JSON and back. Data of an unknown type, or data that is not what its type says, is
 * {@code {"@type": ..., "value": BASE64}}.
 */
final class EventJson {

  private static final String DATA = "data";
  private static final String TYPE = "@type";
  private static final String VALUE = "value";

  /** Events of this build's types. */
  static final EventJson BUILD = new EventJson(EventTypes::find);

  private final Function<String, @Nullable Descriptor> types;

  /**
   * @param types a message type by its full name; null for an unknown one
   */
  EventJson(Function<String, @Nullable Descriptor> types) {
    this.types = types;
  }

  /** The event with every field of its contract. */
  JsonObject of(EventEnvelope event) {
    JsonObject json = ProtoJson.of(event.toBuilder().clearData().build());
    if (event.hasData()) {
      json.add(DATA, data(event.getData()));
    }
    return json;
  }

  /**
   * Reads an event back.
   *
   * @throws JsonParseException when it is none; the message says where
   */
  EventEnvelope parse(JsonElement json) {
    if (!json.isJsonObject()) {
      throw new JsonParseException("not an event (expected: an object)");
    }
    JsonObject envelope = json.getAsJsonObject();
    Any unknown = unknown(envelope.get(DATA));
    EventEnvelope.Builder event = EventEnvelope.newBuilder();
    JsonFormat.Parser parser = parser(envelope.get(DATA));
    try {
      if (unknown == null) {
        parser.merge(envelope.toString(), event);
      } else {
        JsonObject rest = envelope.deepCopy();
        rest.remove(DATA);
        parser.merge(rest.toString(), event);
        event.setData(unknown);
      }
    } catch (InvalidProtocolBufferException e) {
      throw new JsonParseException(String.valueOf(e.getMessage()), e);
    }
    return event.build();
  }

  /** Whether two events say the same, however their data is written. */
  boolean same(EventEnvelope one, EventEnvelope other) {
    if (!one.toBuilder().clearData().build().equals(other.toBuilder().clearData().build())) {
      return false;
    }
    Any first = one.getData();
    Any second = other.getData();
    if (!first.getTypeUrl().equals(second.getTypeUrl())) {
      return false;
    }
    DynamicMessage was = message(first);
    DynamicMessage is = message(second);
    if (was == null || is == null) {
      return first.equals(second);
    }
    return was.equals(is);
  }

  private JsonObject data(Any data) {
    JsonObject json = new JsonObject();
    json.addProperty(TYPE, data.getTypeUrl());
    DynamicMessage message = message(data);
    if (message == null) {
      json.addProperty(VALUE, Base64.getEncoder().encodeToString(data.getValue().toByteArray()));
    } else {
      ProtoJson.of(message).entrySet().forEach(field -> json.add(field.getKey(), field.getValue()));
    }
    return json;
  }

  private @Nullable DynamicMessage message(Any data) {
    Descriptor type = type(data.getTypeUrl());
    if (type == null) {
      return null;
    }
    try {
      return DynamicMessage.parseFrom(type, data.getValue());
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private @Nullable Descriptor type(String url) {
    return types.apply(url.substring(url.lastIndexOf('/') + 1));
  }

  private JsonFormat.Parser parser(@Nullable JsonElement data) {
    TypeRegistry.Builder registry = TypeRegistry.newBuilder();
    if (data != null
        && data.isJsonObject()
        && data.getAsJsonObject().get(TYPE) instanceof JsonPrimitive url) {
      Descriptor type = type(url.getAsString());
      if (type != null) {
        registry.add(type);
      }
    }
    return JsonFormat.parser().usingTypeRegistry(registry.build());
  }

  private static @Nullable Any unknown(@Nullable JsonElement data) {
    if (data == null
        || !data.isJsonObject()
        || !(data.getAsJsonObject().get(TYPE) instanceof JsonPrimitive url)
        || !(data.getAsJsonObject().get(VALUE) instanceof JsonPrimitive value)
        || data.getAsJsonObject().size() != 2) {
      return null;
    }
    try {
      return Any.newBuilder()
          .setTypeUrl(url.getAsString())
          .setValue(ByteString.copyFrom(Base64.getDecoder().decode(value.getAsString())))
          .build();
    } catch (IllegalArgumentException e) {
      throw new JsonParseException("data.value (expected: base64)", e);
    }
  }
}
