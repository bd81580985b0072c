package io.crossdock.client;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.policy.v1.RetryClass;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of one method are made when the caller says nothing, compiled from its contract.
 *
 * @param deadline longest time of a call; null when it lasts until somebody hangs up
 * @param repeatable whether a failed call may be sent again
 * @param context the request's {@code CommandContext} field; null when it has none
 * @param lookUpMethod method that says whether a write took effect; empty when there is none
 */
record MethodDefaults(
    @Nullable Duration deadline,
    boolean repeatable,
    @Nullable FieldDescriptor context,
    String lookUpMethod) {

  // A method without a policy is none of ours, such as the health check.
  private static final Duration DEADLINE_WITHOUT_CONTRACT = Duration.ofSeconds(10);

  // The hub ends a call at the contract's deadline, with a stale answer or a reason. Both still
  // have
  // to come back.
  static final Duration WAY_BACK = Duration.ofMillis(200);

  static MethodDefaults of(MethodDescriptor<?, ?> method) {
    if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier contract)) {
      return new MethodDefaults(DEADLINE_WITHOUT_CONTRACT, false, null, "");
    }
    MethodPolicy policy =
        contract.getMethodDescriptor().getOptions().getExtension(PolicyProto.method);
    boolean safeTwice =
        policy.getIdempotency() == Idempotency.IDEMPOTENCY_SAFE
            || policy.getIdempotency() == Idempotency.IDEMPOTENCY_KEYED;
    return new MethodDefaults(
        deadline(policy, contract.getMethodDescriptor().isServerStreaming()),
        safeTwice && policy.getRetry() == RetryClass.RETRY_CLASS_UNAVAILABLE,
        contextField(contract.getMethodDescriptor().getInputType()),
        policy.getLookUpMethod());
  }

  /** The request, with a request id when it is a write that has none. */
  <T> T identified(T request) {
    if (context == null || !(request instanceof Message message)) {
      return request;
    }
    CommandContext given = (CommandContext) message.getField(context);
    if (!given.getRequestId().isEmpty()) {
      return request;
    }
    MessageLite identified =
        message.toBuilder()
            .setField(context, given.toBuilder().setRequestId(UUID.randomUUID().toString()).build())
            .build();
    @SuppressWarnings("unchecked") // a builder builds what it was made from
    T same = (T) identified;
    return same;
  }

  /** What a caller needs to know of a write that may have taken effect. */
  UnknownOutcome outcome(Object request) {
    UnknownOutcome.Builder outcome = UnknownOutcome.newBuilder().setLookUpMethod(lookUpMethod);
    if (context != null && request instanceof Message message) {
      outcome.setRequestId(((CommandContext) message.getField(context)).getRequestId());
    }
    return outcome.build();
  }

  private static @Nullable Duration deadline(MethodPolicy policy, boolean streams) {
    if (policy.getDeadlineMs() > 0) {
      return Duration.ofMillis(policy.getDeadlineMs()).plus(WAY_BACK);
    }
    return streams ? null : DEADLINE_WITHOUT_CONTRACT;
  }

  private static @Nullable FieldDescriptor contextField(Descriptor request) {
    for (FieldDescriptor field : request.getFields()) {
      if (!field.isRepeated()
          && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && field.getMessageType() == CommandContext.getDescriptor()) {
        return field;
      }
    }
    return null;
  }
}
