package io.crossdock.ctl;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Message types in files of descriptors. */
final class DescriptorFiles {

  private final Map<String, FileDescriptorProto> protos = new HashMap<>();
  private final Map<String, FileDescriptor> built = new HashMap<>();

  private DescriptorFiles(List<FileDescriptorProto> files) {
    files.forEach(file -> protos.put(file.getName(), file));
  }

  /** The type with this full name. Imports that are not among the files are left out. */
  static Optional<Descriptor> find(List<FileDescriptorProto> files, String fullName)
      throws DescriptorValidationException {
    DescriptorFiles all = new DescriptorFiles(files);
    for (FileDescriptorProto file : files) {
      String prefix = file.getPackage().isEmpty() ? "" : file.getPackage() + ".";
      if (fullName.startsWith(prefix)) {
        Descriptor type = find(all.build(file), fullName.substring(prefix.length()));
        if (type != null) {
          return Optional.of(type);
        }
      }
    }
    return Optional.empty();
  }

  private FileDescriptor build(FileDescriptorProto file) throws DescriptorValidationException {
    FileDescriptor known = built.get(file.getName());
    if (known != null) {
      return known;
    }
    List<FileDescriptor> imports = new ArrayList<>();
    for (String name : file.getDependencyList()) {
      FileDescriptorProto imported = protos.get(name);
      if (imported != null) {
        imports.add(build(imported));
      }
    }
    FileDescriptor made =
        FileDescriptor.buildFrom(file, imports.toArray(FileDescriptor[]::new), true);
    built.put(file.getName(), made);
    return made;
  }

  private static @Nullable Descriptor find(FileDescriptor file, String name) {
    String[] parts = name.split("\\.", -1);
    Descriptor type = file.findMessageTypeByName(parts[0]);
    for (int i = 1; type != null && i < parts.length; i++) {
      type = type.findNestedTypeByName(parts[i]);
    }
    return type;
  }
}
