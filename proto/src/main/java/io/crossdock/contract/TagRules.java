package io.crossdock.contract;

import static io.crossdock.contract.Scope.finding;
import static io.crossdock.contract.Scope.policy;
import static java.util.stream.Collectors.toSet;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.crossdock.policy.v1.Cache;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every tag is both carried by a cached read and dropped by a write or an event. */
final class TagRules implements Rule {

  private static final String RESPONSE = "response.";
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([^{}]*)}");

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    Set<String> carried = carried(scope).map(TagRules::shape).collect(toSet());
    Set<String> dropped = dropped(scope).map(TagRules::shape).collect(toSet());
    scope
        .methods()
        .forEach(method -> {
          read(method, dropped, findings);
          drops(
              method,
              method.getInputType(),
              method.getOutputType(),
              policy(method).getInvalidatesList(),
              carried,
              findings);
          if (Scope.isRead(method) && policy(method).getInvalidatesCount() > 0) {
            findings.accept(
                finding(
                    method, "is a read and invalidates", "invalidates on writes and events only"));
          }
        });
    scope
        .events()
        .forEach(event ->
            drops(event, event, null, policy(event).getInvalidatesList(), carried, findings));
  }

  private static void read(
      MethodDescriptor method, Set<String> dropped, Consumer<Finding> findings) {
    if (!policy(method).hasCache()) {
      return;
    }
    Cache cache = policy(method).getCache();
    if (cache.getTagsCount() == 0 && !cache.getTtlOnly()) {
      findings.accept(
          finding(
              method,
              "is cached and nothing can invalidate it",
              "cache.tags that a write or an event drops, or cache.ttl_only"));
    }
    for (String tag : cache.getTagsList()) {
      placeholders(method, method.getInputType(), method.getOutputType(), tag, findings);
      if (!dropped.contains(shape(tag)) && !cache.getTtlOnly()) {
        findings.accept(
            finding(
                method,
                "is cached under the tag " + tag + ", which no write and no event drops",
                "the tag in the invalidates of a method or an event, or cache.ttl_only"));
      } else if (dropped.contains(shape(tag)) && cache.getTtlOnly()) {
        findings.accept(
            finding(
                method,
                "is cache.ttl_only although a write or an event drops its tag " + tag,
                "no ttl_only"));
      }
    }
  }

  private static void drops(
      GenericDescriptor element,
      Descriptor fields,
      @Nullable Descriptor response,
      List<String> tags,
      Set<String> carried,
      Consumer<Finding> findings) {
    for (String tag : tags) {
      placeholders(element, fields, response, tag, findings);
      if (!carried.contains(shape(tag))) {
        findings.accept(
            finding(
                element,
                "invalidates the tag " + tag + ", which no cached read carries",
                "a tag of a cached read"));
      }
    }
  }

  private static void placeholders(
      GenericDescriptor element,
      Descriptor fields,
      @Nullable Descriptor response,
      String tag,
      Consumer<Finding> findings) {
    Matcher matcher = PLACEHOLDER.matcher(tag);
    int lists = 0;
    while (matcher.find()) {
      String path = matcher.group(1);
      Descriptor message = fields;
      if (response != null && path.startsWith(RESPONSE)) {
        message = response;
        path = path.substring(RESPONSE.length());
      }
      List<FieldDescriptor> way = way(message, path);
      if (way.isEmpty()) {
        findings.accept(
            finding(
                element,
                "has the tag " + tag + ", whose {" + matcher.group(1) + "} is no text or number",
                "a field of " + message.getFullName()));
      }
      lists += way.stream().anyMatch(FieldDescriptor::isRepeated) ? 1 : 0;
    }
    if (lists > 1) {
      findings.accept(
          finding(
              element, "has the tag " + tag + " with fields of more than one list", "one list"));
    }
  }

  /** The fields down to a scalar, inside of lists too; empty when there is none. */
  private static List<FieldDescriptor> way(Descriptor message, String path) {
    List<FieldDescriptor> way = new ArrayList<>();
    @Nullable Descriptor at = message;
    for (String name : path.split("\\.", -1)) {
      FieldDescriptor field = at == null ? null : at.findFieldByName(name);
      if (field == null || field.isMapField()) {
        return List.of();
      }
      way.add(field);
      at = Scope.isMessage(field) ? field.getMessageType() : null;
    }
    return at == null ? way : List.of();
  }

  private static Stream<String> carried(Scope scope) {
    return scope.allMethods().flatMap(method -> policy(method).getCache().getTagsList().stream());
  }

  private static Stream<String> dropped(Scope scope) {
    return Stream.concat(
        scope.allMethods().flatMap(method -> policy(method).getInvalidatesList().stream()),
        scope.allEvents().flatMap(event -> policy(event).getInvalidatesList().stream()));
  }

  /** The tag without the names of its fields, which differ between requests and events. */
  private static String shape(String tag) {
    return PLACEHOLDER.matcher(tag).replaceAll("{}");
  }
}
