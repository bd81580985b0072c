package io.crossdock.ctl;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.terminal.HubCommand.Hub;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Where the types of events are looked up: in this build, in {@code --descriptor-set} files, and at
 * the hub by reflection.
 */
final class TypeSource {

  @Option(
      names = "--descriptor-set",
      paramLabel = "FILE",
      description =
          "Descriptor set with event types of your own, as protoc and buf write it; can be"
              + " repeated. Without it they are looked up by the hub's reflection.")
  private List<Path> files = new ArrayList<>();

  private final List<FileDescriptorProto> given = new ArrayList<>();
  private @Nullable ReflectedTypes hub;

  TypeSource() {}

  /** Reads the files. */
  void check(Function<String, ParameterException> mistake) {
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        given.addAll(FileDescriptorSet.parseFrom(in).getFileList());
        var _ = DescriptorFiles.find(given, "");
      } catch (InvalidProtocolBufferException | DescriptorValidationException e) {
        throw mistake.apply(
            "--descriptor-set: %s: not a descriptor set (%s)".formatted(file, e.getMessage()));
      } catch (IOException e) {
        throw mistake.apply("--descriptor-set: %s: %s".formatted(file, FileErrors.of(e)));
      }
    }
  }

  /** Events as JSON, with the hub to ask for types that are known nowhere else. */
  EventJson json(Hub at) {
    hub = new ReflectedTypes(at.stub(ServerReflectionGrpc::newStub));
    return new EventJson(this::find);
  }

  private @Nullable Descriptor find(String fullName) {
    Descriptor known = EventTypes.find(fullName);
    if (known != null) {
      return known;
    }
    try {
      Descriptor own = DescriptorFiles.find(given, fullName).orElse(null);
      return own == null && hub != null ? hub.find(fullName) : own;
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException("checked before", e);
    }
  }
}
