package io.crossdock.gateway.operation;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.ExtensionRegistry;
import io.crossdock.policy.v1.PolicyProto;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The contracts that a hub knows: those of the build and those that its configuration adds as
 * descriptor-set files. Immutable once the hub started.
 */
public final class ContractSet {

  private static final String BUILD_RESOURCE = "/io/crossdock/contracts.binpb";

  private final Map<String, Service> services = new LinkedHashMap<>();
  private final Map<String, FileDescriptor> files = new LinkedHashMap<>();
  private int operations;

  /**
   * A service and its methods.
   *
   * @param name full name
   * @param source where the contract came from: {@code build} or the file's name
   * @param operations its methods, in the contract's order
   */
  public record Service(String name, String source, List<Operation> operations) {
    public Service {
      operations = List.copyOf(operations);
    }
  }

  private ContractSet() {}

  /** The contracts of the build. */
  public static ContractSet ofBuild() {
    ContractSet contracts = new ContractSet();
    try (InputStream in = ContractSet.class.getResourceAsStream(BUILD_RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + BUILD_RESOURCE);
      }
      contracts.add("build", parse(in), name -> name.startsWith("crossdock."));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return contracts;
  }

  /**
   * Adds the services of a descriptor-set file that are not known yet.
   *
   * @throws IllegalArgumentException when the file cannot be read, is no descriptor set, holds no
   *     service, lacks an import or holds a contract that contradicts itself
   */
  public void add(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      FileDescriptorSet set = parse(in);
      if (set.getFileList().stream().allMatch(each -> each.getServiceCount() == 0)) {
        throw new IllegalArgumentException("a descriptor set with a service");
      }
      add(String.valueOf(file.getFileName()), set, name -> true);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "a readable descriptor set with imports; " + e.getClass().getSimpleName(), e);
    }
  }

  /** The service of that full name. */
  public Optional<Service> service(String name) {
    return Optional.ofNullable(services.get(name));
  }

  /** All services, those of the build first. */
  public Collection<Service> services() {
    return List.copyOf(services.values());
  }

  /** The files of all contracts, the build's before others of the same name. */
  public Collection<FileDescriptor> files() {
    return List.copyOf(files.values());
  }

  private interface NameFilter {
    boolean accepts(String serviceName);
  }

  private void add(String source, FileDescriptorSet set, NameFilter filter) {
    for (FileDescriptor file : link(set)) {
      files.putIfAbsent(file.getName(), file);
      for (ServiceDescriptor service : file.getServices()) {
        String name = service.getFullName();
        if (filter.accepts(name) && !services.containsKey(name)) {
          List<Operation> compiled = new ArrayList<>();
          for (MethodDescriptor method : service.getMethods()) {
            compiled.add(Operation.compile(operations++, method));
          }
          services.put(name, new Service(name, source, compiled));
        }
      }
    }
  }

  private static FileDescriptorSet parse(InputStream in) throws IOException {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    PolicyProto.registerAllExtensions(registry);
    build.buf.validate.ValidateProto.registerAllExtensions(registry);
    return FileDescriptorSet.parseFrom(in, registry);
  }

  private static List<FileDescriptor> link(FileDescriptorSet set) {
    Map<String, FileDescriptorProto> byName = new LinkedHashMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      byName.put(file.getName(), file);
    }
    Map<String, FileDescriptor> linked = new LinkedHashMap<>();
    for (String name : byName.keySet()) {
      link(name, null, byName, linked, new HashSet<>());
    }
    return List.copyOf(linked.values());
  }

  private static FileDescriptor link(
      String name,
      @Nullable String importedBy,
      Map<String, FileDescriptorProto> byName,
      Map<String, FileDescriptor> linked,
      Set<String> above) {
    FileDescriptor done = linked.get(name);
    if (done != null) {
      return done;
    }
    FileDescriptorProto file = byName.get(name);
    if (file == null) {
      throw new IllegalArgumentException(
          importedBy + " imports " + name + ", which is missing (expected: a set with imports)");
    }
    if (!above.add(name)) {
      throw new IllegalArgumentException(name + " imports itself");
    }
    FileDescriptor[] imports = new FileDescriptor[file.getDependencyCount()];
    for (int i = 0; i < imports.length; i++) {
      imports[i] = link(file.getDependency(i), name, byName, linked, above);
    }
    above.remove(name);
    try {
      FileDescriptor descriptor = FileDescriptor.buildFrom(file, imports);
      linked.put(name, descriptor);
      return descriptor;
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }
}
