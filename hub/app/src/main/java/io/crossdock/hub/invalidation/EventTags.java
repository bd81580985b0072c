package io.crossdock.hub.invalidation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.gateway.operation.TagTemplate;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventType;
import io.crossdock.policy.v1.PolicyProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which answers of the cache an event makes untrue, as the contracts of the events say. */
public final class EventTags {

  private final Map<String, List<TagTemplate>> templates = new HashMap<>();

  /**
   * @throws IllegalArgumentException when a contract's tag names a field that the event lacks
   */
  public EventTags(EventCatalogue catalogue) {
    for (EventType type : catalogue.types()) {
      List<TagTemplate> tags =
          type.message().getOptions().getExtension(PolicyProto.event).getInvalidatesList().stream()
              .map(text -> TagTemplate.ofEvent(text, type.message()))
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
    List<TagTemplate> tags = templates.getOrDefault(event.getType(), List.of());
    if (tags.isEmpty()) {
      return List.of();
    }
    try {
      List<String> rendered = new ArrayList<>();
      for (TagTemplate tag : tags) {
        rendered.addAll(tag.render(event.getData().getValue().toByteArray()));
      }
      return List.copyOf(rendered);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an event of the ledger cannot be read", e);
    }
  }
}
