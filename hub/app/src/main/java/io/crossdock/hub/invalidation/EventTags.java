package io.crossdock.hub.invalidation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.gateway.operation.TagTemplate;
import io.crossdock.ledger.event.CheckedEvent;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.ledger.event.EventType;
import io.crossdock.policy.v1.PolicyProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

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

  /** The tags of an event of the log. */
  public List<String> of(EventEnvelope event) {
    return render(event.getType(), () -> event.getData().getValue().toByteArray());
  }

  /** The tags of an event that was just written. */
  public List<String> of(CheckedEvent event) {
    return render(event.type().name(), event::data);
  }

  private List<String> render(String type, Supplier<byte[]> data) {
    List<TagTemplate> tags = templates.getOrDefault(type, List.of());
    if (tags.isEmpty()) {
      return List.of();
    }
    try {
      byte[] bytes = data.get();
      List<String> rendered = new ArrayList<>();
      for (TagTemplate tag : tags) {
        rendered.addAll(tag.render(bytes));
      }
      return List.copyOf(rendered);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an event of the ledger cannot be read", e);
    }
  }
}
