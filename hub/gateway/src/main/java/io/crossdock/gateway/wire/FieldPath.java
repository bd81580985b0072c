package io.crossdock.gateway.wire;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A way from a request type down to one of its fields, such as {@code context.store}; every step
 * but the last is a single message.
 *
 * @param fields the steps, one or more
 */
public record FieldPath(List<FieldDescriptor> fields) {

  public FieldPath {
    fields = List.copyOf(fields);
  }

  /**
   * Resolves a dotted path.
   *
   * @throws IllegalArgumentException when a step does not exist or cannot be gone through
   */
  public static FieldPath parse(Descriptor type, String path) {
    List<FieldDescriptor> fields = new ArrayList<>();
    Descriptor at = type;
    for (String name : path.split("\\.", -1)) {
      if (at == null) {
        throw new IllegalArgumentException(
            path
                + ": "
                + fields.getLast().getName()
                + " has no fields (expected: a single message)");
      }
      FieldDescriptor field = at.findFieldByName(name);
      if (field == null) {
        throw new IllegalArgumentException(
            path + ": no field " + name + " (expected: a field of " + at.getFullName() + ")");
      }
      fields.add(field);
      at =
          field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isRepeated()
              ? field.getMessageType()
              : null;
    }
    return new FieldPath(fields);
  }

  /** The field at the end of the way. */
  public FieldDescriptor leaf() {
    return fields.getLast();
  }

  @Override
  public String toString() {
    return fields.stream().map(FieldDescriptor::getName).collect(Collectors.joining("."));
  }
}
