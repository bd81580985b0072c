package io.crossdock.contracts;

import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import io.crossdock.common.v1.ReasonProto;
import io.crossdock.policy.v1.PolicyProto;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The contracts as they ship: read from the descriptor set of the jar. */
final class Contracts {

  private static final String RESOURCE = "/io/crossdock/contracts.binpb";

  private Contracts() {}

  /** The descriptor set with all options understood. */
  static FileDescriptorSet descriptorSet() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Contracts.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return parse(in);
    }
  }

  /** The same of a file. */
  static FileDescriptorSet descriptorSet(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(in);
    }
  }

  private static FileDescriptorSet parse(InputStream in) throws IOException {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    PolicyProto.registerAllExtensions(registry);
    ReasonProto.registerAllExtensions(registry);
    ValidateProto.registerAllExtensions(registry);
    return FileDescriptorSet.parseFrom(in, registry);
  }

  /** Our own files, linked. */
  static List<FileDescriptor> files() throws IOException, DescriptorValidationException {
    Map<String, FileDescriptorProto> byName = new HashMap<>();
    descriptorSet().getFileList().forEach(file -> byName.put(file.getName(), file));
    Map<String, FileDescriptor> linked = new HashMap<>();
    for (FileDescriptorProto file : byName.values()) {
      link(file, byName, linked);
    }
    return linked.values().stream()
        .filter(file -> file.getPackage().startsWith("crossdock."))
        .toList();
  }

  private static FileDescriptor link(
      FileDescriptorProto file,
      Map<String, FileDescriptorProto> byName,
      Map<String, FileDescriptor> linked)
      throws DescriptorValidationException {
    FileDescriptor known = linked.get(file.getName());
    if (known != null) {
      return known;
    }
    List<FileDescriptor> imports = new ArrayList<>();
    for (String name : file.getDependencyList()) {
      imports.add(link(Objects.requireNonNull(byName.get(name), name), byName, linked));
    }
    FileDescriptor result = FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new));
    linked.put(file.getName(), result);
    return result;
  }
}
