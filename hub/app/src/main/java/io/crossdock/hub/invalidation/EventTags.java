package io.crossdock.hub.invalidation;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.gateway.wire.FieldPath;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventType;
import io.crossdock.policy.v1.PolicyProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which answers of the cache an event makes untrue, as the contracts of the events say. */
public final class EventTags {

  private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");

  private final EventCatalogue catalogue;
  private final Map<String, List<Template>> templates = new HashMap<>();

  /**
   * A tag with fields of the event in it, such as {@code member/{member_id}}.
   *
   * @param literals what stands before, between and behind the fields
   */
  private record Template(List<String> literals, List<FieldPath> fields) {

    static Template parse(String text, EventType type) {
      List<String> literals = new ArrayList<>();
      List<FieldPath> fields = new ArrayList<>();
      Matcher matcher = FIELD.matcher(text);
      int at = 0;
      while (matcher.find()) {
        literals.add(text.substring(at, matcher.start()));
        fields.add(FieldPath.parse(type.message(), matcher.group(1)));
        at = matcher.end();
      }
      literals.add(text.substring(at));
      return new Template(List.copyOf(literals), List.copyOf(fields));
    }

    String render(Message event) {
      StringBuilder tag = new StringBuilder(literals.getFirst());
      for (int i = 0; i < fields.size(); i++) {
        Object value = event;
        for (var field : fields.get(i).fields()) {
          value = ((Message) value).getField(field);
        }
        tag.append(value).append(literals.get(i + 1));
      }
      return tag.toString();
    }
  }

  /**
   * @throws IllegalArgumentException when a contract's tag names a field that the event lacks
   */
  public EventTags(EventCatalogue catalogue) {
    this.catalogue = catalogue;
    for (EventType type : catalogue.types()) {
      List<Template> tags =
          type.message().getOptions().getExtension(PolicyProto.event).getInvalidatesList().stream()
              .map(text -> Template.parse(text, type))
              .toList();
      if (!tags.isEmpty()) {
        templates.put(type.name(), tags);
      }
    }
  }

  /** The events that have tags, by their full names. */
  public Set<String> types() {
    return Set.copyOf(templates.keySet());
  }

  /** The tags of an event. */
  public List<String> of(EventEnvelope event) {
    List<Template> tags = templates.getOrDefault(event.getType(), List.of());
    if (tags.isEmpty()) {
      return List.of();
    }
    try {
      DynamicMessage data =
          DynamicMessage.parseFrom(
              catalogue.type(event.getType()).orElseThrow().message(), event.getData().getValue());
      return tags.stream().map(tag -> tag.render(data)).toList();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an event of the ledger cannot be read", e);
    }
  }
}
