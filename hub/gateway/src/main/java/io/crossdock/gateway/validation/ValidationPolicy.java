package io.crossdock.gateway.validation;

import com.google.protobuf.DynamicMessage;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Policy;
import io.crossdock.gateway.pipeline.Verdict;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.rules.MessageRules;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that break their contract. Stands behind the cache: an answer from memory
 * belongs to a request that was once checked.
 *
 * <p>Requests of up to {@link MessageRules#LARGE_BYTES} are checked on their event loop, which
 * takes less than a millisecond; larger ones wait for a thread that is none.
 */
public final class ValidationPolicy implements Policy {

  private final boolean refuseUnknownFields;
  private final MessageRules messageRules = new MessageRules();
  private final LargeRequests large =
      new LargeRequests(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
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
    if (call.request().length <= MessageRules.LARGE_BYTES) {
      return verdict(rules(call.operation()), call.request(), call.fields());
    }
    if (call.attachment() instanceof LargeRequests.Check done) {
      return done.verdict().join();
    }
    return begin(call);
  }

  @Override
  public void abandoned(Call call) {
    if (call.attachment() instanceof LargeRequests.Check unwanted) {
      unwanted.drop();
    }
  }

  private Verdict begin(Call call) {
    // The call belongs to its event loop; the other thread sees only what cannot change.
    RequestRules rulesOfType = rules(call.operation());
    byte[] request = call.request();
    ExtractedFields fields = call.fields();
    LargeRequests.Check begun = large.begin(() -> verdict(rulesOfType, request, fields));
    call.attach(begun);
    return Verdict.waitFor(begun.verdict());
  }

  private static Verdict verdict(RequestRules rules, byte[] request, ExtractedFields fields) {
    Failure failure = rules.check(request, fields);
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
