package io.crossdock.contract;

import static io.crossdock.contract.Scope.finding;
import static io.crossdock.contract.Scope.policy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.crossdock.policy.v1.EventPolicy;
import io.crossdock.policy.v1.Lane;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** An event says how it travels, and all events of one aggregate travel in one lane. */
final class EventRules implements Rule {

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    scope.events().forEach(event -> complete(event, findings));
    oneLane(scope, findings);
  }

  private static void complete(Descriptor event, Consumer<Finding> findings) {
    EventPolicy policy = policy(event);
    if (policy.getLane() == Lane.LANE_UNSPECIFIED) {
      findings.accept(finding(event, "is an event without a lane", "lane"));
    }
    if (policy.getAggregate().isEmpty()) {
      findings.accept(finding(event, "is an event without an aggregate", "aggregate"));
    }
    if (policy.getOwner().isEmpty()) {
      findings.accept(finding(event, "is an event without an owner", "owner: a team"));
    }
    FieldDescriptor key = event.findFieldByName(policy.getKey());
    if (key == null || key.isRepeated() || key.getType() != FieldDescriptor.Type.STRING) {
      findings.accept(
          finding(
              event,
              "is an event whose key \"" + policy.getKey() + "\" is not text of its own",
              "key: the name of one string field of the event"));
    }
    if (event.getContainingType() != null) {
      findings.accept(
          finding(event, "is an event inside of another message", "a message of its own"));
    }
  }

  private static void oneLane(Scope scope, Consumer<Finding> findings) {
    Map<String, Descriptor> firsts = new LinkedHashMap<>();
    scope
        .allEvents()
        .filter(event -> policy(event).getLane() != Lane.LANE_UNSPECIFIED)
        .sorted(Comparator.comparing(event -> isSubject(scope, event)))
        .forEach(event -> {
          Descriptor first = firsts.putIfAbsent(policy(event).getAggregate(), event);
          if (first != null
              && policy(first).getLane() != policy(event).getLane()
              && isSubject(scope, event)) {
            findings.accept(
                finding(
                    event,
                    "travels in "
                        + policy(event).getLane()
                        + " and another event of the aggregate \""
                        + policy(event).getAggregate()
                        + "\", "
                        + first.getFullName()
                        + ", in "
                        + policy(first).getLane(),
                    "one lane for each aggregate, because order holds within a lane only"));
          }
        });
  }

  private static boolean isSubject(Scope scope, Descriptor event) {
    return scope.subjects().contains(event.getFile());
  }
}
