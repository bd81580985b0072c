package io.crossdock.rules;

import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import io.crossdock.failure.Failure.Violation;
import io.crossdock.policy.v1.FieldPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.policy.v1.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What must hold before an expression may run over a message: counts, entries that differ, moments.
 *
 * <p>Linear in the size of the message. Safe for any thread.
 */
final class Bounds {

  private static final String TIMESTAMP = Timestamp.getDescriptor().getFullName();
  private static final String DURATION = Duration.getDescriptor().getFullName();

  // The last second of the year 9999.
  private static final long LAST_SECOND = 253_402_300_799L;
  // What protobuf allows of a Duration, about 10,000 years.
  private static final long LONGEST_SECONDS = 315_576_000_000L;
  private static final int NANOS_PER_SECOND = 1_000_000_000;

  private final Map<Descriptor, List<Check>> checks = new ConcurrentHashMap<>();

  /** What one field is checked for. */
  private record Check(
      FieldDescriptor field, long maxItems, @Nullable FieldDescriptor uniqueBy, List<Link> links) {}

  /** Ids inside the entries of a list that must be ids of the entries of another list beside it. */
  private record Link(List<FieldDescriptor> from, FieldDescriptor list, FieldDescriptor id) {}

  /**
   * @param most how many violations are named
   */
  List<Violation> check(Message message, int most) {
    List<Violation> broken = new ArrayList<>();
    check(message, "", most, broken);
    return broken;
  }

  private void check(Message message, String path, int most, List<Violation> broken) {
    for (Check check : checks(message.getDescriptorForType())) {
      if (broken.size() >= most) {
        return;
      }
      FieldDescriptor field = check.field();
      if (field.isRepeated()) {
        checkList(message, check, path + field.getName(), most, broken);
      } else if (message.hasField(field)) {
        checkValue((Message) message.getField(field), path + field.getName(), most, broken);
      }
    }
  }

  private void checkList(
      Message message, Check check, String path, int most, List<Violation> broken) {
    FieldDescriptor field = check.field();
    int count = message.getRepeatedFieldCount(field);
    if (count > check.maxItems()) {
      String rule = field.isMapField() ? "map.max_pairs" : "repeated.max_items";
      broken.add(new Violation(path, rule, "must have at most " + check.maxItems() + " entries"));
      return;
    }
    if (field.getJavaType() != JavaType.MESSAGE) {
      return;
    }
    FieldDescriptor uniqueBy = check.uniqueBy();
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < count && broken.size() < most; i++) {
      Message entry = (Message) message.getRepeatedField(field, i);
      if (uniqueBy != null && !seen.add(entry.getField(uniqueBy))) {
        broken.add(
            new Violation(path, "repeated.unique_by", uniqueBy.getName() + " must be unique"));
        return;
      }
      checkValue(entry, path + "[" + i + "]", most, broken);
    }
    for (Link link : check.links()) {
      checkLink(message, field, link, path, broken);
    }
  }

  private static void checkLink(
      Message message, FieldDescriptor field, Link link, String path, List<Violation> broken) {
    Set<Object> known = new HashSet<>();
    for (int i = 0; i < message.getRepeatedFieldCount(link.list()); i++) {
      known.add(((Message) message.getRepeatedField(link.list(), i)).getField(link.id()));
    }
    for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
      if (!refers((Message) message.getRepeatedField(field, i), link.from(), known)) {
        broken.add(
            new Violation(
                path + "[" + i + "]",
                "repeated.references",
                "may only name a " + link.id().getName() + " of " + link.list().getName()));
        return;
      }
    }
  }

  private static boolean refers(Message entry, List<FieldDescriptor> from, Set<Object> known) {
    FieldDescriptor next = from.getFirst();
    if (from.size() == 1) {
      Object id = entry.getField(next);
      return "".equals(id) || known.contains(id);
    }
    List<FieldDescriptor> rest = from.subList(1, from.size());
    if (!next.isRepeated()) {
      return refers((Message) entry.getField(next), rest, known);
    }
    for (int i = 0; i < entry.getRepeatedFieldCount(next); i++) {
      if (!refers((Message) entry.getRepeatedField(next, i), rest, known)) {
        return false;
      }
    }
    return true;
  }

  private void checkValue(Message value, String path, int most, List<Violation> broken) {
    Descriptor type = value.getDescriptorForType();
    if (type.getFullName().equals(TIMESTAMP)) {
      long seconds = (long) value.getField(type.findFieldByNumber(Timestamp.SECONDS_FIELD_NUMBER));
      int nanos = (int) value.getField(type.findFieldByNumber(Timestamp.NANOS_FIELD_NUMBER));
      if (seconds < 0 || seconds > LAST_SECOND || nanos < 0 || nanos >= NANOS_PER_SECOND) {
        broken.add(new Violation(path, "timestamp.range", "must lie in the years 1970 to 9999"));
      }
    } else if (type.getFullName().equals(DURATION)) {
      long seconds = (long) value.getField(type.findFieldByNumber(Duration.SECONDS_FIELD_NUMBER));
      int nanos = (int) value.getField(type.findFieldByNumber(Duration.NANOS_FIELD_NUMBER));
      boolean mixed = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
      if (mixed
          || Math.abs((double) seconds) > LONGEST_SECONDS
          || Math.abs((long) nanos) >= NANOS_PER_SECOND) {
        broken.add(new Violation(path, "duration.range", "must be a span that protobuf allows"));
      }
    } else {
      check(value, path + ".", most, broken);
    }
  }

  private List<Check> checks(Descriptor type) {
    List<Check> known = checks.get(type);
    if (known == null) {
      known = type.getFields().stream().filter(Bounds::matters).map(Bounds::check).toList();
      checks.put(type, known);
    }
    return known;
  }

  private static boolean matters(FieldDescriptor field) {
    return field.isRepeated()
        || (field.getJavaType() == JavaType.MESSAGE
            && leadsToCheck(field.getMessageType(), new HashSet<>()));
  }

  private static boolean leadsToCheck(Descriptor type, Set<Descriptor> seen) {
    return type.getFullName().equals(TIMESTAMP)
        || type.getFullName().equals(DURATION)
        || (seen.add(type)
            && type.getFields().stream()
                .anyMatch(field ->
                    field.isRepeated()
                        || (field.getJavaType() == JavaType.MESSAGE
                            && leadsToCheck(field.getMessageType(), seen))));
  }

  private static Check check(FieldDescriptor field) {
    var rules = field.getOptions().getExtension(ValidateProto.field);
    long most = Long.MAX_VALUE;
    if (rules.getRepeated().hasMaxItems()) {
      most = rules.getRepeated().getMaxItems();
    } else if (rules.getMap().hasMaxPairs()) {
      most = rules.getMap().getMaxPairs();
    }
    FieldPolicy policy = field.getOptions().getExtension(PolicyProto.field);
    return new Check(
        field,
        most,
        policy.getUniqueBy().isEmpty()
            ? null
            : known(field, field.getMessageType(), policy.getUniqueBy()),
        policy.getReferencesList().stream().map(each -> link(field, each)).toList());
  }

  private static Link link(FieldDescriptor field, Reference reference) {
    List<FieldDescriptor> from = new ArrayList<>();
    Descriptor at = field.getMessageType();
    for (String name : reference.getFrom().split("\\.", -1)) {
      FieldDescriptor step = known(field, at, name);
      from.add(step);
      at = step.getJavaType() == JavaType.MESSAGE ? step.getMessageType() : at;
    }
    String[] to = reference.getTo().split("\\.", 2);
    FieldDescriptor list = known(field, field.getContainingType(), to[0]);
    return new Link(from, list, known(field, list.getMessageType(), to[to.length - 1]));
  }

  private static FieldDescriptor known(FieldDescriptor option, Descriptor type, String name) {
    FieldDescriptor field = type.findFieldByName(name);
    if (field == null) {
      throw new IllegalStateException(
          option.getFullName()
              + " names "
              + name
              + " (expected: a field of "
              + type.getFullName()
              + ")");
    }
    return field;
  }
}
