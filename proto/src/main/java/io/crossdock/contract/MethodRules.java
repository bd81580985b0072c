package io.crossdock.contract;

import static io.crossdock.contract.Scope.finding;
import static io.crossdock.contract.Scope.policy;

import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.policy.v1.DegradedMode;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.RetryClass;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** What a method says about its calls agrees with itself and with the request. */
final class MethodRules implements Rule {

  private static final int CONTEXT_FIELD = 1;
  private static final Pattern SCOPE = Pattern.compile("[a-z][a-z-]*\\.[a-z][a-z-]*");

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    scope
        .methods()
        .forEach(method -> {
          deadline(method, findings);
          context(method, findings);
          repetition(method, findings);
          degradedMode(method, findings);
          scopes(method, findings);
        });
  }

  private static void deadline(MethodDescriptor method, Consumer<Finding> findings) {
    if (!method.isClientStreaming()
        && !method.isServerStreaming()
        && policy(method).getDeadlineMs() == 0) {
      findings.accept(finding(method, "is unary and has no deadline", "deadline_ms of 1 or more"));
    }
  }

  private static void context(MethodDescriptor method, Consumer<Finding> findings) {
    if (!Scope.isKeyed(method)) {
      return;
    }
    Descriptor request = method.getInputType();
    FieldDescriptor context = request.findFieldByNumber(CONTEXT_FIELD);
    if (method.isClientStreaming()
        || !Scope.isMessage(context, CommandContext.getDescriptor())
        || !context.getName().equals("context")
        || !context.getOptions().getExtension(ValidateProto.field).getRequired()) {
      findings.accept(
          finding(
              method,
              "is IDEMPOTENCY_KEYED, but " + request.getFullName() + " names no request id",
              "one request with the field crossdock.common.v1.CommandContext context = 1,"
                  + " (buf.validate.field).required = true"));
    }
  }

  private static void repetition(MethodDescriptor method, Consumer<Finding> findings) {
    if (policy(method).getRetry() != RetryClass.RETRY_CLASS_UNAVAILABLE) {
      return;
    }
    if (method.isClientStreaming() || method.isServerStreaming()) {
      findings.accept(finding(method, "is a stream that is sent again", "RETRY_CLASS_NEVER"));
    }
    if (!Scope.isRead(method) && !Scope.isKeyed(method)) {
      findings.accept(
          finding(
              method,
              "is sent again although a second arrival does it twice",
              "RETRY_CLASS_NEVER, or idempotency SAFE or KEYED"));
    }
  }

  private static void degradedMode(MethodDescriptor method, Consumer<Finding> findings) {
    MethodPolicy policy = policy(method);
    boolean stale = policy.getDegradedMode() == DegradedMode.DEGRADED_MODE_STALE;
    if (stale && !policy.hasCache()) {
      findings.accept(
          finding(
              method, "is DEGRADED_MODE_STALE and has no cache", "cache with stale_if_error_ms"));
    } else if (stale != policy.getCache().getStaleIfErrorMs() > 0) {
      findings.accept(
          finding(
              method,
              stale
                  ? "is DEGRADED_MODE_STALE and has no cache.stale_if_error_ms"
                  : "has cache.stale_if_error_ms and is not DEGRADED_MODE_STALE",
              "both or neither"));
    }
    if (policy.getDegradedMode() == DegradedMode.DEGRADED_MODE_DEFAULT
        ? !isAnswer(policy.getDefaultAnswer(), method.getOutputType())
        : !policy.getDefaultAnswer().isEmpty()) {
      findings.accept(
          finding(
              method,
              "has a degraded mode and a default_answer that do not fit",
              "DEGRADED_MODE_DEFAULT with a "
                  + method.getOutputType().getFullName()
                  + " as protobuf JSON, or neither"));
    }
    if (policy.getDegradedMode() == DegradedMode.DEGRADED_MODE_OFFLINE_AUTHORISATION
        && !Scope.isKeyed(method)) {
      findings.accept(
          finding(
              method,
              "is DEGRADED_MODE_OFFLINE_AUTHORISATION and settled later by a repetition",
              "IDEMPOTENCY_KEYED"));
    }
  }

  private static void scopes(MethodDescriptor method, Consumer<Finding> findings) {
    for (String scope : policy(method).getScopesList()) {
      if (!SCOPE.matcher(scope).matches()) {
        findings.accept(
            finding(
                method, "has the scope \"" + scope + "\"", "a domain and a right: loyalty.read"));
      }
    }
  }

  private static boolean isAnswer(String json, Descriptor response) {
    if (json.isEmpty()) {
      return false;
    }
    try {
      JsonFormat.parser().merge(json, DynamicMessage.newBuilder(response));
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }
}
