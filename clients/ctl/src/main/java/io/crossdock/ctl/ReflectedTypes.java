package io.crossdock.ctl;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.reflection.v1.ServerReflectionGrpc.ServerReflectionStub;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Message types by server reflection, which the hub offers for the descriptor sets that it was
 * configured with. For one command: what was found once is not asked for again.
 */
final class ReflectedTypes {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ServerReflectionStub hub;
  private final Map<String, Optional<Descriptor>> found = new HashMap<>();

  ReflectedTypes(ServerReflectionStub hub) {
    this.hub = hub;
  }

  /** A type by its full name; null when the hub does not know it or offers no reflection. */
  @Nullable Descriptor find(String fullName) {
    return found.computeIfAbsent(fullName, this::ask).orElse(null);
  }

  private Optional<Descriptor> ask(String fullName) {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> questions =
        hub.withDeadlineAfter(PATIENCE)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    var _ = answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    var _ = answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {
                    var _ = answer.complete(ServerReflectionResponse.getDefaultInstance());
                  }
                });
    questions.onNext(
        ServerReflectionRequest.newBuilder().setFileContainingSymbol(fullName).build());
    questions.onCompleted();
    try {
      List<FileDescriptorProto> files = new ArrayList<>();
      for (ByteString file :
          answer.join().getFileDescriptorResponse().getFileDescriptorProtoList()) {
        files.add(FileDescriptorProto.parseFrom(file));
      }
      return DescriptorFiles.find(files, fullName);
    } catch (CompletionException
        | InvalidProtocolBufferException
        | DescriptorValidationException e) {
      return Optional.empty();
    }
  }
}
