package io.crossdock.connector.service;

import com.google.protobuf.Message;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A service of the contract with a handler for each of its methods.
 *
 * <p>Handlers run on virtual threads and may block. They are interrupted when their call ends
 * early. They fail with {@link FailureException}; anything else they throw is a fault of the
 * connector.
 */
public final class ContractService {

  private final ServiceDescriptor descriptor;
  private final Map<String, Handler<?, ?>> handlers;

  private ContractService(ServiceDescriptor descriptor, Map<String, Handler<?, ?>> handlers) {
    this.descriptor = descriptor;
    this.handlers = new LinkedHashMap<>(handlers);
  }

  /** How a method is answered. */
  sealed interface Handler<Q, A> {}

  /** Answers a call with one message. */
  @FunctionalInterface
  public non-sealed interface Unary<Q, A> extends Handler<Q, A> {

    /** The answer. */
    A answer(Q request) throws InterruptedException;
  }

  /** Answers a call with messages as they come. */
  @FunctionalInterface
  public non-sealed interface Stream<Q, A> extends Handler<Q, A> {

    /** Sends the answers and returns when there are no more. */
    void answer(Q request, Answers<A> answers) throws InterruptedException;
  }

  /** Where a stream's answers go. */
  public interface Answers<A> {

    /** Sends one answer, waiting while the caller cannot take it. */
    void send(A answer) throws InterruptedException;
  }

  /** Begins a service; {@code XServiceGrpc.getServiceDescriptor()} names its methods. */
  public static Builder of(ServiceDescriptor descriptor) {
    return new Builder(descriptor);
  }

  /** Full name of the service. */
  public String name() {
    return descriptor.getName();
  }

  /** The service as a gRPC server takes it. */
  ServerServiceDefinition bind(CallPath path) {
    ServiceDescriptor.Builder contract =
        ServiceDescriptor.newBuilder(descriptor.getName())
            .setSchemaDescriptor(descriptor.getSchemaDescriptor());
    Map<MethodDescriptor<byte[], ?>, CallPath.Entry<?>> entries = new LinkedHashMap<>();
    for (MethodDescriptor<?, ?> method : descriptor.getMethods()) {
      CallPath.Entry<?> entry = path.enter(method, handlers.get(method.getFullMethodName()));
      contract.addMethod(entry.method());
      entries.put(entry.method(), entry);
    }
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(contract.build());
    entries.values().forEach(entry -> entry.addTo(service));
    return service.build();
  }

  /** A service whose handlers are being named. */
  public static final class Builder {

    private final ServiceDescriptor descriptor;
    private final Map<String, Handler<?, ?>> handlers = new LinkedHashMap<>();

    private Builder(ServiceDescriptor descriptor) {
      this.descriptor = descriptor;
    }

    /** Answers a method with one message. */
    public <Q extends Message, A extends Message> Builder unary(
        MethodDescriptor<Q, A> method, Unary<Q, A> handler) {
      return add(method, handler);
    }

    /** Answers a method with a stream. */
    public <Q extends Message, A extends Message> Builder stream(
        MethodDescriptor<Q, A> method, Stream<Q, A> handler) {
      return add(method, handler);
    }

    /**
     * Says that the backend cannot do what a method asks for.
     *
     * @param why one sentence for people
     */
    public Builder unsupported(MethodDescriptor<?, ?> method, String why) {
      return add(
          method,
          (Unary<Message, Message>)
              _ -> {
                throw new FailureException(
                    Failure.of(Reason.REASON_NOT_SUPPORTED, why)
                        .with("method", method.getFullMethodName()));
              });
    }

    private Builder add(MethodDescriptor<?, ?> method, Handler<?, ?> handler) {
      if (!descriptor.getMethods().contains(method)) {
        throw new IllegalStateException(
            method.getFullMethodName() + " is not a method of " + descriptor.getName());
      }
      if (handlers.put(method.getFullMethodName(), handler) != null) {
        throw new IllegalStateException(method.getFullMethodName() + " is handled twice");
      }
      return this;
    }

    /**
     * The service.
     *
     * @throws IllegalStateException when a method of the contract has no handler
     */
    public ContractService build() {
      List<String> forgotten =
          descriptor.getMethods().stream()
              .map(MethodDescriptor::getFullMethodName)
              .filter(method -> !handlers.containsKey(method))
              .toList();
      if (!forgotten.isEmpty()) {
        throw new IllegalStateException("no handler for " + String.join(", ", forgotten));
      }
      return new ContractService(descriptor, handlers);
    }
  }
}
