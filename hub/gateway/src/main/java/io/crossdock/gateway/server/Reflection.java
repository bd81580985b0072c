package io.crossdock.gateway.server;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.ExtensionNumberResponse;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * gRPC server reflection for every type that a caller can meet: requests and answers, events, error
 * details, and all types of the descriptor sets that the hub was given. gRPC's own service knows
 * only what the served methods import.
 *
 * <p>Immutable, safe for any thread. Requests are answered one at a time as they come.
 */
final class Reflection extends ServerReflectionGrpc.ServerReflectionImplBase {

  private static final String V1_ALPHA = "grpc.reflection.v1alpha.ServerReflection";

  private final List<String> services;
  private final Map<String, FileDescriptor> files = new LinkedHashMap<>();
  private final Map<String, FileDescriptor> symbols = new LinkedHashMap<>();
  private final Map<String, Map<Integer, FileDescriptor>> extensions = new LinkedHashMap<>();

  /**
   * @param services names of the services that are served
   * @param known files whose types are told; the first of a name counts
   */
  Reflection(List<String> services, Collection<FileDescriptor> known) {
    this.services = List.copyOf(services);
    known.forEach(this::add);
  }

  /** The same service under the name that older tools ask for; its messages have the same bytes. */
  ServerServiceDefinition v1Alpha() {
    ServerServiceDefinition.Builder alpha = ServerServiceDefinition.builder(V1_ALPHA);
    ServerMethodDefinition<?, ?> method = bindService().getMethods().iterator().next();
    return renamed(alpha, method).build();
  }

  @Override
  public StreamObserver<ServerReflectionRequest> serverReflectionInfo(
      StreamObserver<ServerReflectionResponse> answers) {
    // An answer is far larger than its request: whoever takes none may not ask for more.
    ServerCallStreamObserver<ServerReflectionResponse> caller =
        (ServerCallStreamObserver<ServerReflectionResponse>) answers;
    caller.disableAutoRequest();
    boolean[] waiting = {true};
    caller.setOnReadyHandler(() -> {
      if (waiting[0]) {
        waiting[0] = false;
        caller.request(1);
      }
    });
    return new StreamObserver<>() {
      @Override
      public void onNext(ServerReflectionRequest request) {
        answers.onNext(answer(request));
        if (caller.isReady()) {
          caller.request(1);
        } else {
          waiting[0] = true;
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        answers.onCompleted();
      }
    };
  }

  private static <Q, A> ServerServiceDefinition.Builder renamed(
      ServerServiceDefinition.Builder service, ServerMethodDefinition<Q, A> method) {
    return service.addMethod(
        method.getMethodDescriptor().toBuilder()
            .setFullMethodName(V1_ALPHA + "/ServerReflectionInfo")
            .setSchemaDescriptor(null)
            .build(),
        method.getServerCallHandler());
  }

  private ServerReflectionResponse answer(ServerReflectionRequest request) {
    ServerReflectionResponse.Builder answer =
        ServerReflectionResponse.newBuilder()
            .setValidHost(request.getHost())
            .setOriginalRequest(request);
    switch (request.getMessageRequestCase()) {
      case FILE_BY_FILENAME -> found(answer, files.get(request.getFileByFilename()));
      case FILE_CONTAINING_SYMBOL -> found(answer, symbols.get(request.getFileContainingSymbol()));
      case FILE_CONTAINING_EXTENSION -> {
        var extension = request.getFileContainingExtension();
        found(
            answer,
            extensions
                .getOrDefault(extension.getContainingType(), Map.of())
                .get(extension.getExtensionNumber()));
      }
      case ALL_EXTENSION_NUMBERS_OF_TYPE -> {
        String type = request.getAllExtensionNumbersOfType();
        if (symbols.containsKey(type)) {
          answer.setAllExtensionNumbersResponse(
              ExtensionNumberResponse.newBuilder()
                  .setBaseTypeName(type)
                  .addAllExtensionNumber(extensions.getOrDefault(type, Map.of()).keySet()));
        } else {
          found(answer, null);
        }
      }
      case LIST_SERVICES ->
          answer.setListServicesResponse(
              ListServiceResponse.newBuilder()
                  .addAllService(
                      services.stream()
                          .map(name -> ServiceResponse.newBuilder().setName(name).build())
                          .toList()));
      case MESSAGEREQUEST_NOT_SET ->
          answer.setErrorResponse(
              ErrorResponse.newBuilder()
                  .setErrorCode(Status.Code.UNIMPLEMENTED.value())
                  .setErrorMessage("No such request."));
    }
    return answer.build();
  }

  private static void found(
      ServerReflectionResponse.Builder answer, @Nullable FileDescriptor file) {
    if (file == null) {
      answer.setErrorResponse(
          ErrorResponse.newBuilder()
              .setErrorCode(Status.Code.NOT_FOUND.value())
              .setErrorMessage("Not known here."));
      return;
    }
    Map<String, FileDescriptor> all = new LinkedHashMap<>();
    List<FileDescriptor> pending = new ArrayList<>(List.of(file));
    while (!pending.isEmpty()) {
      FileDescriptor next = pending.removeLast();
      if (all.putIfAbsent(next.getName(), next) == null) {
        pending.addAll(next.getDependencies());
      }
    }
    FileDescriptorResponse.Builder response = FileDescriptorResponse.newBuilder();
    all.values().forEach(each -> response.addFileDescriptorProto(each.toProto().toByteString()));
    answer.setFileDescriptorResponse(response);
  }

  private void add(FileDescriptor file) {
    if (files.putIfAbsent(file.getName(), file) != null) {
      return;
    }
    file.getDependencies().forEach(this::add);
    for (ServiceDescriptor service : file.getServices()) {
      symbols.putIfAbsent(service.getFullName(), file);
      service.getMethods().forEach(method -> symbols.putIfAbsent(method.getFullName(), file));
    }
    file.getMessageTypes().forEach(type -> add(type, file));
    file.getEnumTypes().forEach(type -> add(type, file));
    file.getExtensions().forEach(extension -> add(extension, file));
  }

  private void add(Descriptor type, FileDescriptor file) {
    symbols.putIfAbsent(type.getFullName(), file);
    type.getNestedTypes().forEach(nested -> add(nested, file));
    type.getEnumTypes().forEach(nested -> add(nested, file));
    type.getExtensions().forEach(extension -> add(extension, file));
    type.getFields().forEach(field -> symbols.putIfAbsent(field.getFullName(), file));
  }

  private void add(EnumDescriptor type, FileDescriptor file) {
    symbols.putIfAbsent(type.getFullName(), file);
    type.getValues().forEach(value -> symbols.putIfAbsent(value.getFullName(), file));
  }

  private void add(FieldDescriptor extension, FileDescriptor file) {
    symbols.putIfAbsent(extension.getFullName(), file);
    extensions
        .computeIfAbsent(extension.getContainingType().getFullName(), absent -> new TreeMap<>())
        .putIfAbsent(extension.getNumber(), file);
  }
}
