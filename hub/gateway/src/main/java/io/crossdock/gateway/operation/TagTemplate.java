package io.crossdock.gateway.operation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.gateway.wire.FieldPath;
import io.crossdock.gateway.wire.FieldValues;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cache tag with fields in it, such as {@code member/{member_id}}.
 *
 * <p>{@code {field}} is a field of the request, {@code {response.field}} one of the answer. A field
 * inside of a list makes one tag per value; one template may have fields of one list only. A tag
 * with an absent value is no tag: it would join everything that happens not to have the value.
 *
 * <p>Compiled from the contract; rendering joins literals with the values of one call.
 */
public final class TagTemplate {

  private static final String RESPONSE = "response.";

  private final List<String> literals;
  private final List<Part> parts;

  /** What stands between two literals. */
  private sealed interface Part {

    /** A single field of the request that the reader has found already. */
    record Slot(int slot) implements Part {}

    /** A field of the request, perhaps inside of a list. */
    record OfRequest(FieldValues values) implements Part {}

    /** A field of the answer, perhaps inside of a list. */
    record OfResponse(FieldValues values) implements Part {}
  }

  private TagTemplate(List<String> literals, List<Part> parts) {
    this.literals = List.copyOf(literals);
    this.parts = List.copyOf(parts);
  }

  /**
   * The template of an event, which has neither request nor answer.
   *
   * @throws IllegalArgumentException as {@link #parse}
   */
  public static TagTemplate ofEvent(String text, Descriptor event) {
    return parse(text, event, null, null);
  }

  /**
   * @param text the template as it stands in the contract
   * @param request the request's type
   * @param response the answer's type; null when there is no answer
   * @param slotOf where the reader puts the value of a field of the request; null when nothing
   *     reads ahead
   * @throws IllegalArgumentException when a brace is left open, a field does not exist or has no
   *     text, or fields of more than one list are named
   */
  static TagTemplate parse(
      String text,
      Descriptor request,
      @Nullable Descriptor response,
      @Nullable ToIntFunction<FieldPath> slotOf) {
    List<String> literals = new ArrayList<>();
    List<Part> parts = new ArrayList<>();
    int at = 0;
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw new IllegalArgumentException("tag: " + text + " (expected: a closing brace)");
      }
      literals.add(text.substring(at, open));
      try {
        parts.add(part(text.substring(open + 1, close), request, response, slotOf));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("tag: " + text + ": " + e.getMessage(), e);
      }
      at = close + 1;
    }
    literals.add(text.substring(at));
    TagTemplate template = new TagTemplate(literals, parts);
    if (template.values().filter(FieldValues::isList).count() > 1) {
      throw new IllegalArgumentException(
          "tag: " + text + ": fields of several lists (expected: of one list)");
    }
    return template;
  }

  private static Part part(
      String path,
      Descriptor request,
      @Nullable Descriptor response,
      @Nullable ToIntFunction<FieldPath> slotOf) {
    if (response != null && path.startsWith(RESPONSE)) {
      return new Part.OfResponse(FieldValues.compile(response, path.substring(RESPONSE.length())));
    }
    FieldValues values = FieldValues.compile(request, path);
    return slotOf == null || values.isList()
        ? new Part.OfRequest(values)
        : new Part.Slot(slotOf.applyAsInt(FieldPath.parse(request, path)));
  }

  private Stream<FieldValues> values() {
    return parts.stream()
        .flatMap(part ->
            switch (part) {
              case Part.Slot _ -> Stream.of();
              case Part.OfRequest of -> Stream.of(of.values());
              case Part.OfResponse of -> Stream.of(of.values());
            });
  }

  /** Whether a tag needs the answer. */
  boolean needsResponse() {
    return parts.stream().anyMatch(Part.OfResponse.class::isInstance);
  }

  /** Whether a tag needs values of the request that the reader does not find. */
  boolean needsLists() {
    return parts.stream().anyMatch(Part.OfRequest.class::isInstance);
  }

  /** Where the reader puts the fields that stand in the tag. */
  int[] slots() {
    return parts.stream()
        .mapMulti((Part part, Consumer<Part.Slot> slots) -> {
          if (part instanceof Part.Slot slot) {
            slots.accept(slot);
          }
        })
        .mapToInt(Part.Slot::slot)
        .toArray();
  }

  /** The tags of an event. */
  public List<String> render(byte[] event) throws InvalidProtocolBufferException {
    List<String> tags = new ArrayList<>();
    render(null, event, null, tags::add);
    return tags;
  }

  /**
   * Renders the tags of one call.
   *
   * @param response the answer; null when there is none, then tags that need one are left out
   * @throws InvalidProtocolBufferException when request or answer are not messages of their types
   */
  void render(
      @Nullable ExtractedFields fields,
      byte[] request,
      byte @Nullable [] response,
      Consumer<String> tags)
      throws InvalidProtocolBufferException {
    List<String> begun = List.of(literals.getFirst());
    for (int i = 0; i < parts.size(); i++) {
      List<String> values = valuesOf(parts.get(i), fields, request, response);
      List<String> longer = new ArrayList<>(begun.size() * values.size());
      for (String start : begun) {
        for (String value : values) {
          longer.add(start + value + literals.get(i + 1));
        }
      }
      begun = longer;
    }
    begun.stream().filter(tag -> !tag.isEmpty()).forEach(tags);
  }

  private static List<String> valuesOf(
      Part part, @Nullable ExtractedFields fields, byte[] request, byte @Nullable [] response)
      throws InvalidProtocolBufferException {
    return switch (part) {
      case Part.Slot(int slot) -> {
        String value = fields == null || !fields.present(slot) ? "" : fields.text(slot);
        yield value.isEmpty() ? List.of() : List.of(value);
      }
      case Part.OfRequest(FieldValues values) -> values.read(request);
      case Part.OfResponse(FieldValues values) ->
          response == null ? List.of() : values.read(response);
    };
  }
}
