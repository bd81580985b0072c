package io.crossdock.contract;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.crossdock.policy.v1.EventPolicy;
import io.crossdock.policy.v1.FieldPolicy;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.policy.v1.ServicePolicy;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The contracts that are checked, and those that they are served with. */
final class Scope {

  private static final Pattern FOREIGN = Pattern.compile("(google|buf|grpc)(\\..*)?");

  private final List<FileDescriptor> subjects;
  private final List<FileDescriptor> all;

  Scope(Collection<FileDescriptor> contracts, Collection<FileDescriptor> known) {
    Map<String, FileDescriptor> files = new LinkedHashMap<>();
    known.forEach(file -> files.put(file.getFullName(), file));
    this.subjects =
        contracts.stream()
            .filter(file -> isOwn(file) && !files.containsKey(file.getFullName()))
            .toList();
    subjects.forEach(file -> files.put(file.getFullName(), file));
    this.all = files.values().stream().filter(Scope::isOwn).toList();
  }

  /** Whether somebody here can change the file. */
  static boolean isOwn(FileDescriptor file) {
    return !FOREIGN.matcher(file.getPackage()).matches();
  }

  /** The files that are checked. */
  List<FileDescriptor> subjects() {
    return subjects;
  }

  /** The services that are checked. */
  Stream<ServiceDescriptor> services() {
    return subjects.stream().flatMap(file -> file.getServices().stream());
  }

  /** The methods that are checked. */
  Stream<MethodDescriptor> methods() {
    return methodsOf(subjects);
  }

  /** All methods, of known contracts too. */
  Stream<MethodDescriptor> allMethods() {
    return methodsOf(all);
  }

  /** The messages that are checked, nested ones too. */
  Stream<Descriptor> messages() {
    return messagesOf(subjects);
  }

  /** The events that are checked. */
  Stream<Descriptor> events() {
    return messages().filter(Scope::isEvent);
  }

  /** All events, of known contracts too. */
  Stream<Descriptor> allEvents() {
    return messagesOf(all).filter(Scope::isEvent);
  }

  /** The enums that are checked, nested ones too. */
  Stream<EnumDescriptor> enums() {
    return Stream.concat(
        subjects.stream().flatMap(file -> file.getEnumTypes().stream()),
        messages().flatMap(message -> message.getEnumTypes().stream()));
  }

  static ServicePolicy policy(ServiceDescriptor service) {
    return service.getOptions().getExtension(PolicyProto.service);
  }

  static MethodPolicy policy(MethodDescriptor method) {
    return method.getOptions().getExtension(PolicyProto.method);
  }

  static FieldPolicy policy(FieldDescriptor field) {
    return field.getOptions().getExtension(PolicyProto.field);
  }

  static EventPolicy policy(Descriptor event) {
    return event.getOptions().getExtension(PolicyProto.event);
  }

  static boolean isEvent(Descriptor message) {
    return message.getOptions().hasExtension(PolicyProto.event);
  }

  static boolean isRead(MethodDescriptor method) {
    return policy(method).getIdempotency() == Idempotency.IDEMPOTENCY_SAFE;
  }

  static boolean isKeyed(MethodDescriptor method) {
    return policy(method).getIdempotency() == Idempotency.IDEMPOTENCY_KEYED;
  }

  static boolean isMessage(FieldDescriptor field) {
    return field.getJavaType() == JavaType.MESSAGE;
  }

  /** Whether a field is one message of that type. */
  static boolean isMessage(@Nullable FieldDescriptor field, Descriptor type) {
    return field != null
        && !field.isRepeated()
        && isMessage(field)
        && field.getMessageType().getFullName().equals(type.getFullName());
  }

  /** A finding about an element. */
  static Finding finding(GenericDescriptor element, String problem, String expected) {
    return new Finding(element.getFile().getFullName(), element.getFullName(), problem, expected);
  }

  private static Stream<MethodDescriptor> methodsOf(List<FileDescriptor> files) {
    return files.stream()
        .flatMap(file -> file.getServices().stream())
        .flatMap(service -> service.getMethods().stream());
  }

  private static Stream<Descriptor> messagesOf(List<FileDescriptor> files) {
    return files.stream()
        .flatMap(file -> file.getMessageTypes().stream())
        .flatMap(Scope::withNested);
  }

  private static Stream<Descriptor> withNested(Descriptor message) {
    return Stream.concat(
        Stream.of(message),
        message.getNestedTypes().stream()
            .filter(nested -> !nested.getOptions().getMapEntry())
            .map(nested -> withNested(nested))
            .flatMap(Function.identity()));
  }
}
