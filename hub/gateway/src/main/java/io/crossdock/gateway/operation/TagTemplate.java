package io.crossdock.gateway.operation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.crossdock.gateway.wire.FieldPath;
import io.crossdock.gateway.wire.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * A cache tag with fields of the request in it, such as {@code member/{member_id}}.
 *
 * <p>Compiled from the contract; rendering a tag joins literals with the values of one request.
 */
final class TagTemplate {

  private final List<String> literals;
  private final int[] slots;

  private TagTemplate(List<String> literals, int[] slots) {
    this.literals = List.copyOf(literals);
    this.slots = slots;
  }

  /**
   * @param text the template as it stands in the contract
   * @param type the request's type
   * @param slotOf where the reader puts the value of a field
   * @throws IllegalArgumentException when a brace is left open, a field does not exist or is no
   *     single scalar
   */
  static TagTemplate parse(String text, Descriptor type, ToIntFunction<FieldPath> slotOf) {
    List<String> literals = new ArrayList<>();
    List<Integer> slots = new ArrayList<>();
    int at = 0;
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
      int close = text.indexOf('}', open);
      if (close < 0) {
        throw new IllegalArgumentException("tag: " + text + " (expected: a closing brace)");
      }
      literals.add(text.substring(at, open));
      FieldPath path = FieldPath.parse(type, text.substring(open + 1, close));
      FieldDescriptor leaf = path.leaf();
      if (leaf.isRepeated() || leaf.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        throw new IllegalArgumentException(
            "tag: " + text + ": " + path + " has many values (expected: a single scalar)");
      }
      slots.add(slotOf.applyAsInt(path));
      at = close + 1;
    }
    literals.add(text.substring(at));
    return new TagTemplate(literals, slots.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Where the reader puts the fields that stand in the tag. */
  int[] slots() {
    return slots.clone();
  }

  /** The tag for one request. */
  String render(Reading reading) {
    StringBuilder tag = new StringBuilder(literals.getFirst());
    for (int i = 0; i < slots.length; i++) {
      tag.append(reading.text(slots[i])).append(literals.get(i + 1));
    }
    return tag.toString();
  }
}
