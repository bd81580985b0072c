package io.crossdock.connector.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Reason;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import io.opentelemetry.api.OpenTelemetry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What every call passes on its way to a handler; one for all services of a process. */
public final class CallPath {

  private final CallTelemetry telemetry;
  private final RequestValidator rules = new RequestValidator();
  private final RequestIds requestIds;

  /**
   * @param maxEntries most answers of writes to remember; they take an eighth of the heap at most
   * @param ttl how long to remember an answer
   */
  public CallPath(OpenTelemetry telemetry, int maxEntries, Duration ttl) {
    this.telemetry = new CallTelemetry(telemetry);
    this.requestIds =
        new RequestIds(maxEntries, Runtime.getRuntime().maxMemory() / 8, ttl, System::nanoTime);
  }

  /** The services as a gRPC server takes them. */
  public List<ServerServiceDefinition> bind(List<ContractService> services) {
    return services.stream().map(service -> service.bind(this)).toList();
  }

  /** A method as the server knows it: requests come as bytes, for a bad one must not be a fault. */
  record Entry<A extends Message>(
      MethodDescriptor<byte[], A> method, ServerCallHandler<byte[], A> handler) {

    void addTo(ServerServiceDefinition.Builder service) {
      service.addMethod(method, handler);
    }
  }

  @SuppressWarnings("unchecked") // the builder of the service paired method and handler
  Entry<?> enter(MethodDescriptor<?, ?> method, ContractService.@Nullable Handler<?, ?> handler) {
    return switch (handler) {
      case ContractService.Unary<?, ?> unary ->
          unary(
              (MethodDescriptor<Message, Message>) method,
              (ContractService.Unary<Message, Message>) unary);
      case ContractService.Stream<?, ?> stream ->
          stream(
              (MethodDescriptor<Message, Message>) method,
              (ContractService.Stream<Message, Message>) stream);
      case null -> throw new IllegalStateException("no handler for " + method.getFullMethodName());
    };
  }

  private Entry<Message> unary(
      MethodDescriptor<Message, Message> method, ContractService.Unary<Message, Message> handler) {
    Message prototype = prepared(method);
    boolean keyed = isKeyed(method);
    FieldDescriptor context =
        keyed ? prototype.getDescriptorForType().findFieldByName("context") : null;
    if (keyed && context == null) {
      throw new IllegalStateException(
          prototype.getDescriptorForType().getFullName() + " has no context");
    }
    return new Entry<>(
        onBytes(method),
        new BlockingCallHandler<>(
            telemetry,
            context == null ? null : bytes -> outcome(method, prototype, context, bytes),
            (bytes, answers) -> {
              Message request = request(prototype, bytes);
              answers.send(
                  context == null
                      ? handler.answer(request)
                      : once(method, request, context, handler));
            }));
  }

  private Entry<Message> stream(
      MethodDescriptor<Message, Message> method, ContractService.Stream<Message, Message> handler) {
    Message prototype = prepared(method);
    return new Entry<>(
        onBytes(method),
        new BlockingCallHandler<>(
            telemetry,
            null,
            (bytes, answers) -> handler.answer(request(prototype, bytes), answers)));
  }

  private Message once(
      MethodDescriptor<Message, Message> method,
      Message request,
      FieldDescriptor context,
      ContractService.Unary<Message, Message> handler)
      throws InterruptedException {
    String requestId = ((CommandContext) request.getField(context)).getRequestId();
    // Most answers are given once: the message itself is kept until then.
    Message[] fresh = new Message[1];
    ByteString answer =
        requestIds.once(
            requestId,
            fingerprint(method, request),
            () -> {
              fresh[0] = handler.answer(request);
              return fresh[0].toByteString();
            });
    return fresh[0] != null ? fresh[0] : method.parseResponse(answer.newInput());
  }

  private Message prepared(MethodDescriptor<Message, Message> method) {
    Message prototype =
        ((MethodDescriptor.PrototypeMarshaller<Message>) method.getRequestMarshaller())
            .getMessagePrototype();
    if (prototype == null) {
      throw new IllegalStateException(method.getFullMethodName() + " has no request type");
    }
    rules.prepare(prototype);
    return prototype;
  }

  private Message request(Message prototype, byte @Nullable [] bytes) {
    Message request;
    try {
      request = bytes == null ? null : prototype.getParserForType().parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      request = null;
    }
    if (request == null) {
      String type = prototype.getDescriptorForType().getFullName();
      throw new FailureException(
          Failure.of(Reason.REASON_MALFORMED_REQUEST, "The bytes are not a " + type + ".")
              .withViolations(List.of(new Failure.Violation("", "wire_format", "not a " + type))));
    }
    rules.check(request);
    return request;
  }

  // Only of calls that failed, so the request is parsed once more rather than kept.
  private static UnknownOutcome outcome(
      MethodDescriptor<?, ?> method,
      Message prototype,
      FieldDescriptor context,
      byte @Nullable [] bytes) {
    UnknownOutcome.Builder outcome =
        UnknownOutcome.newBuilder().setLookUpMethod(policy(method).getLookUpMethod());
    try {
      if (bytes != null) {
        Message request = prototype.getParserForType().parseFrom(bytes);
        outcome.setRequestId(((CommandContext) request.getField(context)).getRequestId());
      }
    } catch (InvalidProtocolBufferException e) {
      // It was refused before it could have an effect; there is no id to name.
    }
    return outcome.build();
  }

  private static boolean isKeyed(MethodDescriptor<?, ?> method) {
    return policy(method).getIdempotency() == Idempotency.IDEMPOTENCY_KEYED;
  }

  private static MethodPolicy policy(MethodDescriptor<?, ?> method) {
    Descriptors.MethodDescriptor contract =
        ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor();
    return contract.getOptions().getExtension(PolicyProto.method);
  }

  private static ByteString fingerprint(MethodDescriptor<?, ?> method, Message request) {
    byte[] bytes = new byte[request.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      request.writeTo(out);
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(method.getFullMethodName().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      return ByteString.copyFrom(Arrays.copyOf(digest.digest(bytes), 16));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MethodDescriptor<byte[], Message> onBytes(
      MethodDescriptor<Message, Message> method) {
    return method.toBuilder(BYTES, method.getResponseMarshaller()).build();
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
          return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
}
