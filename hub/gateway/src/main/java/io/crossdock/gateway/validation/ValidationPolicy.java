package io.crossdock.gateway.validation;

import com.google.protobuf.DynamicMessage;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import io.crossdock.rules.MessageRules;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that break their contract. Stands behind the cache: an answer from memory
 * belongs to a request that was once checked.
 */
public final class ValidationPolicy implements Policy {

  private final boolean refuseUnknownFields;
  private final MessageRules messageRules = new MessageRules();
  private final Map<Integer, RequestRules> rules = new ConcurrentHashMap<>();

  /**
   * @param refuseUnknownFields whether a field that the contract does not know is an error
   */
  public ValidationPolicy(boolean refuseUnknownFields) {
    this.refuseUnknownFields = refuseUnknownFields;
  }

  @Override
  public String name() {
    return "validation";
  }

  @Override
  public Verdict before(Call call) {
    if (call.operation().clientStreams()) {
      return Verdict.PROCEED;
    }
    Failure failure = rules(call.operation()).check(call.request(), call.fields());
    return failure == null ? Verdict.PROCEED : Verdict.refuse(failure);
  }

  @Override
  public @Nullable Failure message(Call call, byte[] message) {
    Operation operation = call.operation();
    return rules(operation).check(message, operation.read(message));
  }

  @Override
  public void prepare(Operation operation) {
    byte[] empty =
        DynamicMessage.getDefaultInstance(operation.descriptor().getInputType()).toByteArray();
    var _ = rules(operation).check(empty, operation.read(empty));
  }

  private RequestRules rules(Operation operation) {
    return rules.computeIfAbsent(
        operation.index(),
        index ->
            new RequestRules(
                operation.descriptor().getInputType(), refuseUnknownFields, messageRules));
  }
}
