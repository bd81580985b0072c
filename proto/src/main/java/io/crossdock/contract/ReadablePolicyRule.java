package io.crossdock.contract;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.crossdock.policy.v1.PolicyProto;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A file that imports the policy options states some that can be read.
 *
 * <p>Options that were compiled with other extension numbers are unknown fields: without this rule
 * such a contract would be served without any policy.
 */
final class ReadablePolicyRule implements Rule {

  @Override
  public void check(Scope scope, Consumer<Finding> findings) {
    String options = PolicyProto.getDescriptor().getFullName();
    for (FileDescriptor file : scope.subjects()) {
      boolean imports =
          file.getDependencies().stream().anyMatch(each -> each.getFullName().equals(options));
      if (imports && !statesAny(file)) {
        findings.accept(
            new Finding(
                file.getFullName(),
                file.getPackage(),
                "imports " + options + " and states no option that can be read",
                "a descriptor set compiled with the policy.proto of this version"));
      }
    }
  }

  private static boolean statesAny(FileDescriptor file) {
    return file.getServices().stream()
            .anyMatch(service ->
                service.getOptions().hasExtension(PolicyProto.service)
                    || service.getMethods().stream()
                        .anyMatch(method -> method.getOptions().hasExtension(PolicyProto.method)))
        || file.getMessageTypes().stream().anyMatch(ReadablePolicyRule::statesAny);
  }

  private static boolean statesAny(Descriptor message) {
    return Scope.isEvent(message)
        || Stream.concat(message.getFields().stream(), message.getExtensions().stream())
            .anyMatch(field -> field.getOptions().hasExtension(PolicyProto.field))
        || message.getNestedTypes().stream().anyMatch(ReadablePolicyRule::statesAny);
  }
}
