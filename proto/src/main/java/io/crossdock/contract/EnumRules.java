package io.crossdock.contract;

import static io.crossdock.contract.Scope.finding;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The zero of an enum means that nothing was said. A reader cannot tell it from a field that is
 * absent or a word that it does not know, so it must never grant, widen or decide anything.
 *
 * <p>Options and configuration are written by the contract's or the hub's owner and read by this
 * version alone: there the zero may name the default that is taken.
 */
final class EnumRules implements Rule {

  private static final Pattern NOT_SAID =
      Pattern.compile(
          "(not (said|stated|known|set|given)|unknown|unspecified)\\b.*", Pattern.DOTALL);
  private static final Pattern A_DEFAULT = Pattern.compile("treated as|means|default");
  private static final Pattern MAY_DEFAULT = Pattern.compile("crossdock\\.(policy|config)\\..*");

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    scope.enums().forEach(type -> zero(type, findings));
  }

  private static void zero(EnumDescriptor type, Consumer<Finding> findings) {
    EnumValueDescriptor zero = type.getValues().getFirst();
    String name = upperSnake(type.getName()) + "_UNSPECIFIED";
    if (zero.getNumber() != 0 || !zero.getName().equals(name)) {
      findings.accept(
          finding(
              type,
              "has the first value " + zero.getName() + " = " + zero.getNumber(),
              name + " = 0, which says nothing"));
      return;
    }
    String comment = comment(zero).strip().toLowerCase(Locale.ROOT);
    boolean hasDefault =
        A_DEFAULT.matcher(comment).find()
            && !MAY_DEFAULT.matcher(type.getFile().getPackage()).matches();
    if (!comment.isEmpty() && (!NOT_SAID.matcher(comment).matches() || hasDefault)) {
      findings.accept(
          finding(
              type,
              "gives its zero " + name + " a meaning: \"" + comment(zero).strip() + "\"",
              "a comment that begins with \"Not stated\" or \"Not known\" and grants nothing"));
    }
  }

  private static String upperSnake(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("([A-Z])([A-Z][a-z])", "$1_$2")
        .toUpperCase(Locale.ROOT);
  }

  /** The comment above a value; empty when there is none or the set was compiled without any. */
  private static String comment(EnumValueDescriptor value) {
    List<Integer> path = path(value);
    return value.getFile().toProto().getSourceCodeInfo().getLocationList().stream()
        .filter(location -> location.getPathList().equals(path))
        .map(Location::getLeadingComments)
        .findFirst()
        .orElse("");
  }

  private static List<Integer> path(EnumValueDescriptor value) {
    Deque<Integer> path = new ArrayDeque<>();
    EnumDescriptor type = value.getType();
    path.addFirst(value.getIndex());
    path.addFirst(EnumDescriptorProto.VALUE_FIELD_NUMBER);
    path.addFirst(type.getIndex());
    Descriptor parent = type.getContainingType();
    path.addFirst(
        parent == null
            ? FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER
            : DescriptorProto.ENUM_TYPE_FIELD_NUMBER);
    while (parent != null) {
      path.addFirst(parent.getIndex());
      Descriptor next = parent.getContainingType();
      path.addFirst(
          next == null
              ? FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER
              : DescriptorProto.NESTED_TYPE_FIELD_NUMBER);
      parent = next;
    }
    return List.copyOf(path);
  }
}
