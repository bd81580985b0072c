package io.crossdock.connector.conformance;

import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.policy.v1.PolicyProto;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The services that are tried, with their options. */
final class Contracts {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_FILES = 2000;

  private Contracts() {}

  /** No contract can be had, and why. */
  static final class ContractsException extends Exception {
    private static final long serialVersionUID = 1;

    ContractsException(String message) {
      super(message, null, false, false);
    }
  }

  /** The services of a descriptor set, as {@code buf build -o} or {@code protoc} write it. */
  static List<ServiceDescriptor> fromFile(Path file) throws ContractsException {
    try {
      Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
      for (FileDescriptorProto each :
          FileDescriptorSet.parseFrom(Files.readAllBytes(file), registry()).getFileList()) {
        files.put(each.getName(), each);
      }
      return services(files);
    } catch (IOException e) {
      throw new ContractsException(file + ": no descriptor set can be read: " + e.getMessage());
    }
  }

  /** The services that a server describes by reflection, without those of gRPC itself. */
  static List<ServiceDescriptor> byReflection(Channel channel) throws ContractsException {
    Asking asking = new Asking(channel);
    try {
      Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
      Deque<ServerReflectionRequest> wanted = new ArrayDeque<>();
      Set<String> asked = new HashSet<>();
      for (ServiceResponse service :
          asking
              .ask(ServerReflectionRequest.newBuilder().setListServices("").build())
              .getListServicesResponse()
              .getServiceList()) {
        if (!service.getName().startsWith("grpc.")) {
          wanted.add(
              ServerReflectionRequest.newBuilder()
                  .setFileContainingSymbol(service.getName())
                  .build());
        }
      }
      while (!wanted.isEmpty() && files.size() < MAX_FILES) {
        for (var bytes :
            asking.ask(wanted.remove()).getFileDescriptorResponse().getFileDescriptorProtoList()) {
          FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes, registry());
          files.put(file.getName(), file);
          for (String dependency : file.getDependencyList()) {
            if (asked.add(dependency)) {
              wanted.add(
                  ServerReflectionRequest.newBuilder().setFileByFilename(dependency).build());
            }
          }
        }
      }
      return services(files);
    } catch (InvalidProtocolBufferException e) {
      throw new ContractsException("reflection: the server sends no file descriptors");
    } finally {
      asking.close();
    }
  }

  private static List<ServiceDescriptor> services(Map<String, FileDescriptorProto> files)
      throws ContractsException {
    Map<String, FileDescriptor> built = new HashMap<>();
    List<ServiceDescriptor> services = new ArrayList<>();
    for (String name : files.keySet()) {
      services.addAll(build(name, files, built, new HashSet<>()).getServices());
    }
    services.removeIf(service -> service.getFullName().startsWith("grpc."));
    return services;
  }

  private static FileDescriptor build(
      String name,
      Map<String, FileDescriptorProto> files,
      Map<String, FileDescriptor> built,
      Set<String> underway)
      throws ContractsException {
    FileDescriptor known = built.get(name);
    if (known != null) {
      return known;
    }
    FileDescriptorProto file = files.get(name);
    if (file == null || !underway.add(name)) {
      throw new ContractsException(
          name + ": " + (file == null ? "is imported and missing" : "imports itself"));
    }
    List<FileDescriptor> dependencies = new ArrayList<>();
    for (String dependency : file.getDependencyList()) {
      dependencies.add(build(dependency, files, built, underway));
    }
    try {
      FileDescriptor made =
          FileDescriptor.buildFrom(file, dependencies.toArray(FileDescriptor[]::new));
      built.put(name, made);
      return made;
    } catch (DescriptorValidationException e) {
      throw new ContractsException(name + ": " + e.getMessage());
    }
  }

  private static ExtensionRegistry registry() {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    PolicyProto.registerAllExtensions(registry);
    ValidateProto.registerAllExtensions(registry);
    return registry;
  }

  /** Questions to a server's reflection, one at a time. */
  private static final class Asking implements StreamObserver<ServerReflectionResponse> {

    private final StreamObserver<ServerReflectionRequest> questions;
    private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();

    Asking(Channel channel) {
      questions = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(this);
    }

    ServerReflectionResponse ask(ServerReflectionRequest question) throws ContractsException {
      questions.onNext(question);
      Object answer;
      try {
        answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ContractsException("reflection: interrupted");
      }
      return switch (answer) {
        case ServerReflectionResponse response when !response.hasErrorResponse() -> response;
        case ServerReflectionResponse response ->
            throw new ContractsException(
                "reflection: " + response.getErrorResponse().getErrorMessage());
        case StatusRuntimeException e ->
            throw new ContractsException(
                "reflection: "
                    + e.getStatus().getCode()
                    + " (expected: grpc.reflection.v1, or --descriptors FILE)");
        case null, default -> throw new ContractsException("reflection: no answer");
      };
    }

    void close() {
      questions.onCompleted();
    }

    @Override
    public void onNext(ServerReflectionResponse response) {
      answers.add(response);
    }

    @Override
    public void onError(Throwable error) {
      answers.add(error);
    }

    @Override
    public void onCompleted() {
      answers.add("completed");
    }
  }
}
