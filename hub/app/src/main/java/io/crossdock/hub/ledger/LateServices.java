package io.crossdock.hub.ledger;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The services that stand on the ledger, which can be called before it is open: until {@link #open}
 * they answer that it cannot be reached. Any thread.
 */
final class LateServices {

  private volatile Map<String, ServerMethodDefinition<?, ?>> methods = Map.of();

  /** From now on these answer. */
  void open(List<BindableService> services) {
    Map<String, ServerMethodDefinition<?, ?>> open = new HashMap<>();
    for (BindableService service : services) {
      for (ServerMethodDefinition<?, ?> method : service.bindService().getMethods()) {
        open.put(method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
    methods = Map.copyOf(open);
  }

  /** What to register with a server in their place. */
  List<BindableService> inPlaceOf(Collection<ServiceDescriptor> services) {
    return services.stream().<BindableService>map(each -> () -> definition(each)).toList();
  }

  private ServerServiceDefinition definition(ServiceDescriptor service) {
    ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
    for (MethodDescriptor<?, ?> method : service.getMethods()) {
      add(definition, method);
    }
    return definition.build();
  }

  private <A, B> void add(
      ServerServiceDefinition.Builder definition, MethodDescriptor<A, B> method) {
    definition.addMethod(method, (call, headers) -> start(method, call, headers));
  }

  @SuppressWarnings("unchecked") // the same method of the same generated service
  private <A, B> ServerCall.Listener<A> start(
      MethodDescriptor<A, B> method, ServerCall<A, B> call, Metadata headers) {
    ServerMethodDefinition<A, B> open =
        (ServerMethodDefinition<A, B>) methods.get(method.getFullMethodName());
    if (open != null) {
      return open.getServerCallHandler().startCall(call, headers);
    }
    Failure failure =
        Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The ledger cannot be reached.");
    call.close(failure.toStatus(), failure.toTrailers());
    return new ServerCall.Listener<>() {};
  }
}
