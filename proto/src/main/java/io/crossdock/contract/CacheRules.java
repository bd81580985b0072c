package io.crossdock.contract;

import static io.crossdock.contract.Scope.finding;
import static io.crossdock.contract.Scope.policy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.policy.v1.DataClass;
import io.crossdock.policy.v1.FieldPolicy;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** A cached answer is the answer to exactly that request, and may be stored. */
final class CacheRules implements Rule {

  private static final int FRESHNESS = 15;
  private static final int HUB_FRESHNESS = 16;
  private static final String KEYED_OR_IGNORED =
      "cache_key, or cache_key_ignore and a comment that says why";

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    scope
        .methods()
        .filter(method -> policy(method).hasCache())
        .forEach(method -> {
          method(method, findings);
          key(method, method.getInputType(), new HashSet<>(), findings);
        });
    scope
        .messages()
        .flatMap(message -> message.getFields().stream())
        .forEach(field -> field(field, findings));
  }

  private static void method(MethodDescriptor method, Consumer<Finding> findings) {
    if (method.isClientStreaming() || method.isServerStreaming() || !Scope.isRead(method)) {
      findings.accept(
          finding(method, "is cached and not a unary read", "unary and IDEMPOTENCY_SAFE"));
    }
    if (policy(method).getCache().getTtlMs() == 0) {
      findings.accept(finding(method, "is cached without a life", "cache.ttl_ms of 1 or more"));
    }
    Descriptor response = method.getOutputType();
    if (!statesFreshness(response)) {
      findings.accept(
          finding(
              method,
              "is cached and its answer does not say how old it is",
              "crossdock.common.v1.Freshness freshness = 15 and crossdock.common.v1.HubFreshness"
                  + " hub_freshness = 16 in "
                  + response.getFullName()));
    }
    for (Descriptor stored : new Descriptor[] {method.getInputType(), response}) {
      sensitive(method, stored, new HashSet<>(), findings);
    }
  }

  private static boolean statesFreshness(Descriptor response) {
    return Scope.isMessage(response.findFieldByNumber(FRESHNESS), Freshness.getDescriptor())
        && Scope.isMessage(response.findFieldByNumber(HUB_FRESHNESS), HubFreshness.getDescriptor());
  }

  private static void key(
      MethodDescriptor method,
      Descriptor message,
      Set<Descriptor> above,
      Consumer<Finding> findings) {
    if (!above.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      FieldPolicy policy = policy(field);
      if (policy.getCacheKeyIgnore() || policy.getCacheKey()) {
        continue;
      }
      String where = " in the cache key of " + method.getFullName();
      if (field.isRepeated()) {
        findings.accept(
            finding(
                field,
                "has many values and can not be" + where,
                "no cache, or cache_key_ignore and a comment that says why"));
      } else if (Scope.isMessage(field) && Scope.isOwn(field.getMessageType().getFile())) {
        key(method, field.getMessageType(), above, findings);
      } else if (Scope.isMessage(field)) {
        findings.accept(
            finding(
                field,
                "is a " + field.getMessageType().getFullName() + " and can not be" + where,
                "a scalar with cache_key, no cache, or cache_key_ignore and a comment that says why"));
      } else {
        findings.accept(finding(field, "is not" + where, KEYED_OR_IGNORED));
      }
    }
    above.remove(message);
  }

  private static void field(FieldDescriptor field, Consumer<Finding> findings) {
    FieldPolicy policy = policy(field);
    if (policy.getCacheKey() && policy.getCacheKeyIgnore()) {
      findings.accept(finding(field, "is in the cache key and ignored by it", KEYED_OR_IGNORED));
    }
    if (policy.getCacheKey() && (field.isRepeated() || Scope.isMessage(field))) {
      findings.accept(
          finding(field, "is in the cache key and has many values", "one scalar with cache_key"));
    }
  }

  private static void sensitive(
      MethodDescriptor method,
      Descriptor message,
      Set<Descriptor> seen,
      Consumer<Finding> findings) {
    if (!seen.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      if (policy(field).getDataClass() == DataClass.DATA_CLASS_SENSITIVE) {
        findings.accept(
            finding(
                field,
                "is sensitive and would be stored by the cache of " + method.getFullName(),
                "no cache, or nothing sensitive in it"));
      } else if (Scope.isMessage(field)) {
        sensitive(method, field.getMessageType(), seen, findings);
      }
    }
  }
}
