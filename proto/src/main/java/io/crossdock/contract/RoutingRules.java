package io.crossdock.contract;

import static io.crossdock.contract.Scope.finding;
import static io.crossdock.contract.Scope.policy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Routing attributes are words of the vocabulary, and there where two backends share a domain. */
final class RoutingRules implements Rule {

  private static final List<String> VOCABULARY =
      List.of("order", "location", "member", "programme", "brand", "region", "company", "consumer");
  private static final String A_WORD = "one of " + String.join(", ", VOCABULARY);

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    scope
        .messages()
        .flatMap(message -> message.getFields().stream())
        .filter(field -> !attribute(field).isEmpty())
        .forEach(field -> field(field, findings));
    scope.services().forEach(service -> service(service, findings));
  }

  private static void field(FieldDescriptor field, Consumer<Finding> findings) {
    if (!VOCABULARY.contains(attribute(field))) {
      findings.accept(
          finding(field, "has the routing attribute \"" + attribute(field) + "\"", A_WORD));
    }
    if (field.isRepeated() || field.getType() != FieldDescriptor.Type.STRING) {
      findings.accept(finding(field, "is a routing attribute and not text", "one string"));
    }
  }

  private static void service(ServiceDescriptor service, Consumer<Finding> findings) {
    List<String> routedBy = policy(service).getRoutedByList();
    for (String attribute : routedBy) {
      if (!VOCABULARY.contains(attribute)) {
        findings.accept(finding(service, "is routed_by \"" + attribute + "\"", A_WORD));
      }
    }
    if (routedBy.isEmpty()) {
      return;
    }
    for (MethodDescriptor method : service.getMethods()) {
      Set<String> attributes = new HashSet<>();
      collect(method.getInputType(), attributes, new HashSet<>());
      if (Collections.disjoint(attributes, routedBy)) {
        findings.accept(
            finding(
                method,
                "does not say which backend owns what "
                    + method.getInputType().getFullName()
                    + " asks for",
                "a field with routing_attribute " + String.join(" or ", routedBy)));
      }
    }
  }

  /** The attributes that the router can read: those not inside of a list. */
  private static void collect(Descriptor message, Set<String> attributes, Set<Descriptor> above) {
    if (!above.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      if (!field.isRepeated()) {
        attributes.add(attribute(field));
        if (Scope.isMessage(field)) {
          collect(field.getMessageType(), attributes, above);
        }
      }
    }
    above.remove(message);
  }

  private static String attribute(FieldDescriptor field) {
    return policy(field).getRoutingAttribute();
  }
}
