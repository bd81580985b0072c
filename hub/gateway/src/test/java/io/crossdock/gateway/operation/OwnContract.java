package io.crossdock.gateway.operation;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.TextFormat;
import io.crossdock.common.v1.Freshness;
import io.crossdock.policy.v1.PolicyProto;
import java.util.LinkedHashMap;
import java.util.Map;

/** A contract that only a test knows: one service with one method. */
public final class OwnContract {

  private OwnContract() {}

  /**
   * The contract's file.
   *
   * @param service full name of the service
   * @param methodPolicy options of its method, as protobuf text
   * @param requestFields fields of its request, as protobuf text
   * @param responseFields fields of its response, as protobuf text
   */
  public static FileDescriptorProto file(
      String service, String methodPolicy, String requestFields, String responseFields) {
    int dot = service.lastIndexOf('.');
    String text =
        """
        name: '%1$s.proto' package: '%1$s' syntax: 'proto3'
        dependency: 'crossdock/common/v1/common.proto' dependency: 'crossdock/policy/v1/policy.proto'
        message_type { name: 'AskRequest' %4$s }
        message_type { name: 'AskResponse' %5$s }
        service {
          name: '%2$s'
          method {
            name: 'Ask' input_type: '.%1$s.AskRequest' output_type: '.%1$s.AskResponse'
            options { [crossdock.policy.v1.method] { %3$s } }
          }
        }
        """
            .formatted(
                service.substring(0, dot),
                service.substring(dot + 1),
                methodPolicy,
                requestFields,
                responseFields);
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    PolicyProto.registerAllExtensions(registry);
    FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder();
    try {
      TextFormat.merge(text, registry, file);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
    return file.build();
  }

  /** The same contract whose method streams. */
  public static FileDescriptorProto streaming(
      FileDescriptorProto file, boolean requests, boolean answers) {
    FileDescriptorProto.Builder streaming = file.toBuilder();
    streaming
        .getServiceBuilder(0)
        .getMethodBuilder(0)
        .setClientStreaming(requests)
        .setServerStreaming(answers);
    return streaming.build();
  }

  /** One field of a message, as protobuf text. */
  public static String field(String name, int number, String rest) {
    return "field { name: '%s' number: %d label: LABEL_OPTIONAL %s }\n"
        .formatted(name, number, rest);
  }

  /** The compiled method of a contract. */
  public static Operation compiled(FileDescriptorProto file) {
    try {
      FileDescriptor linked =
          FileDescriptor.buildFrom(
              file,
              new FileDescriptor[] {
                Freshness.getDescriptor().getFile(), PolicyProto.getDescriptor()
              });
      return Operation.compile(0, linked.getServices().getFirst().getMethods().getFirst());
    } catch (DescriptorValidationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The contract and everything that it imports. */
  public static FileDescriptorSet withImports(FileDescriptorProto file) {
    Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    collect(Freshness.getDescriptor().getFile(), files);
    collect(PolicyProto.getDescriptor(), files);
    return FileDescriptorSet.newBuilder().addAllFile(files.values()).addFile(file).build();
  }

  private static void collect(FileDescriptor file, Map<String, FileDescriptorProto> files) {
    file.getDependencies().forEach(imported -> collect(imported, files));
    files.put(file.getName(), file.toProto());
  }
}
