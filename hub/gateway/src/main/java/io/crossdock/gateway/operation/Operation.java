package io.crossdock.gateway.operation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.UnknownOutcome;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.gateway.wire.FieldPath;
import io.crossdock.gateway.wire.Marshallers;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.gateway.wire.WireReader;
import io.crossdock.policy.v1.DataClass;
import io.crossdock.policy.v1.FieldPolicy;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.policy.v1.ServicePolicy;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A contract method as the hub needs it: immutable, compiled from the descriptor at start-up, so
 * that a call computes nothing that does not depend on the call.
 */
public final class Operation {

  /** Number of the field that every read response reserves for {@link Freshness}. */
  public static final int FRESHNESS_FIELD = 15;

  /** Number of the field that every read response reserves for {@link HubFreshness}. */
  public static final int HUB_FRESHNESS_FIELD = 16;

  private static final Logger log = LoggerFactory.getLogger(Operation.class);

  // An answer about more things than this is not worth finding again.
  private static final int MAX_ANSWER_TAGS = 64;
  private static final int[] NO_SLOTS = {};
  private static final byte[] NOTHING = {};

  private final int index;
  private final MethodDescriptor method;
  private final ServicePolicy servicePolicy;
  private final MethodPolicy policy;
  private final WireReader reader;
  private final Duration timeToLive;
  private final Duration deadline;
  private final int[] keySlots;
  private final List<String> cacheKeyFields;
  private final List<TagTemplate> tags;
  private final List<TagTemplate> answerTags;
  private final List<TagTemplate> invalidates;
  private final Map<String, Integer> routingSlots;
  // Where the id of a write is; -1 when the request has none.
  private final int requestIdSlot;
  private final AnswerFields.@Nullable Reader answers;
  private final io.grpc.MethodDescriptor<byte[], Payload> inbound;
  private final io.grpc.MethodDescriptor<byte[], byte[]> outbound;

  private Operation(int index, MethodDescriptor method) {
    Slots slots = new Slots(method.getInputType());
    this.index = index;
    this.method = method;
    this.servicePolicy = method.getService().getOptions().getExtension(PolicyProto.service);
    this.policy = method.getOptions().getExtension(PolicyProto.method);
    this.timeToLive = Duration.ofMillis(policy.getCache().getTtlMs());
    this.deadline = Duration.ofMillis(policy.getDeadlineMs());
    this.keySlots = policy.hasCache() ? slots.keySlots() : NO_SLOTS;
    List<TagTemplate> all = slots.templates(policy.getCache().getTagsList(), method);
    this.tags = all.stream().filter(tag -> !tag.needsResponse()).toList();
    this.answerTags = all.stream().filter(TagTemplate::needsResponse).toList();
    this.invalidates = slots.templates(policy.getInvalidatesList(), method);
    this.routingSlots = slots.routingSlots();
    this.requestIdSlot = slots.requestIdSlot();
    this.cacheKeyFields =
        IntStream.of(keySlots).mapToObj(slot -> slots.paths().get(slot).toString()).toList();
    this.reader = WireReader.compile(method.getInputType(), slots.paths());
    this.answers = answers(method.getOutputType());
    io.grpc.MethodDescriptor<byte[], Payload> typed =
        grpcMethod(method).setResponseMarshaller(Marshallers.PAYLOAD).build();
    this.outbound = typed.toBuilder(Marshallers.BYTES, Marshallers.BYTES).build();
    // To gRPC every request is a stream: a second message would make it reset the call without a
    // word.
    this.inbound =
        typed.toBuilder()
            .setType(
                method.isServerStreaming()
                    ? MethodType.BIDI_STREAMING
                    : MethodType.CLIENT_STREAMING)
            .build();
  }

  /**
   * Compiles a method.
   *
   * @param index number of the operation, unique within the process
   * @throws IllegalArgumentException when the contract contradicts itself; the message names the
   *     method, the option and what was expected
   */
  public static Operation compile(int index, MethodDescriptor method) {
    try {
      Operation operation = new Operation(index, method);
      operation.checkCache();
      return operation;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(method.getFullName() + ": " + e.getMessage(), e);
    }
  }

  /** Number of the operation, unique within the process. */
  public int index() {
    return index;
  }

  /** Full name as gRPC writes it, {@code package.Service/Method}. */
  public String name() {
    return inbound.getFullMethodName();
  }

  /** Full name of the service, {@code package.Service}. */
  public String serviceName() {
    return method.getService().getFullName();
  }

  /** Name of the method alone. */
  public String methodName() {
    return method.getName();
  }

  /** The method's descriptor. */
  public MethodDescriptor descriptor() {
    return method;
  }

  /** Who answers for the service and what it promises. */
  public ServicePolicy servicePolicy() {
    return servicePolicy;
  }

  /** How each call is treated. */
  public MethodPolicy policy() {
    return policy;
  }

  /** Unary or one of the streaming kinds. */
  public MethodType type() {
    return outbound.getType();
  }

  /** Whether the caller may send more than one message. */
  public boolean clientStreams() {
    return method.isClientStreaming();
  }

  /** Whether the answer may be more than one message. */
  public boolean serverStreams() {
    return method.isServerStreaming();
  }

  /** Whether a call changes nothing. */
  public boolean isRead() {
    return policy.getIdempotency() == Idempotency.IDEMPOTENCY_SAFE;
  }

  /** Whether a call changes something, by a contract that says so. */
  public boolean isWrite() {
    return policy.getIdempotency() == Idempotency.IDEMPOTENCY_KEYED
        || policy.getIdempotency() == Idempotency.IDEMPOTENCY_NONE;
  }

  /** What the caller of a write needs to know when nobody can say whether it took effect. */
  public UnknownOutcome unknownOutcome(ExtractedFields fields) {
    return UnknownOutcome.newBuilder()
        .setRequestId(requestIdSlot < 0 ? "" : fields.text(requestIdSlot))
        .setLookUpMethod(policy.getLookUpMethod())
        .build();
  }

  /** Whether answers may be given again from memory. */
  public boolean isCached() {
    return policy.hasCache();
  }

  /** Life of a cached answer; zero when answers are not cached. */
  public Duration timeToLive() {
    return timeToLive;
  }

  /** Longest time a call may take; zero when the contract sets none. */
  public Duration deadline() {
    return deadline;
  }

  /** Whether the response has fields for {@link Freshness} and {@link HubFreshness}. */
  public boolean stampsFreshness() {
    return answers != null;
  }

  /**
   * Reads what the hub needs out of an answer.
   *
   * @throws IllegalStateException when the response has no fields for freshness
   */
  public AnswerFields readAnswer(byte[] answer) {
    if (answers == null) {
      throw new IllegalStateException(name() + " states no freshness");
    }
    return answers.read(answer);
  }

  /** Reads the fields that the policies need out of a request. */
  public ExtractedFields read(byte[] request) {
    return reader.read(request);
  }

  /** Bytes that are equal only for requests with the same cache key fields. */
  public byte[] cacheKey(ExtractedFields fields) {
    return fields.key(keySlots);
  }

  /** Paths of the request fields that make the cache key. */
  public List<String> cacheKeyFields() {
    return cacheKeyFields;
  }

  /** Tags under which the answer to a request can be dropped, as far as the request says. */
  public List<String> tags(ExtractedFields fields) {
    return render(tags, fields, NOTHING, null);
  }

  /**
   * Further tags, which only the answer says.
   *
   * @return empty when the answer cannot be read or has more tags than a cached answer may have
   */
  public Optional<List<String>> answerTags(ExtractedFields fields, byte[] request, byte[] answer) {
    if (answerTags.isEmpty()) {
      return Optional.of(List.of());
    }
    List<String> rendered = new ArrayList<>();
    try {
      for (TagTemplate template : answerTags) {
        template.render(fields, request, answer, rendered::add);
      }
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
    return rendered.size() > MAX_ANSWER_TAGS ? Optional.empty() : Optional.of(rendered);
  }

  /**
   * Tags that a call drops when it succeeded or may have.
   *
   * @param answer null when there is none; tags that need one are left out
   */
  public List<String> invalidates(
      ExtractedFields fields, byte[] request, byte @Nullable [] answer) {
    return render(invalidates, fields, request, answer);
  }

  /** Names of the routing attributes that requests of this method carry. */
  public Set<String> routingAttributes() {
    return routingSlots.keySet();
  }

  /** Value of a routing attribute; empty when the request does not have it. */
  public String routingAttribute(String name, ExtractedFields fields) {
    Integer slot = routingSlots.get(name);
    return slot == null ? "" : fields.text(slot);
  }

  /** The method towards callers. */
  public io.grpc.MethodDescriptor<byte[], Payload> inbound() {
    return inbound;
  }

  /** The method towards connectors. */
  public io.grpc.MethodDescriptor<byte[], byte[]> outbound() {
    return outbound;
  }

  @Override
  public String toString() {
    return name();
  }

  private void checkCache() {
    if (!policy.hasCache()) {
      return;
    }
    expect(type() == MethodType.UNARY, "cache: a stream (expected: a unary method)");
    expect(isRead(), "cache: idempotency " + policy.getIdempotency() + " (expected: SAFE)");
    expect(policy.getCache().getTtlMs() > 0, "cache.ttl_ms: 0 (expected: 1 or more)");
    expect(keySlots.length > 0, "cache: no key (expected: a request field with cache_key)");
    for (TagTemplate tag : Stream.concat(tags.stream(), answerTags.stream()).toList()) {
      expect(
          !tag.needsLists(),
          "cache.tags: a field inside of a list (expected: single fields of the request)");
      for (int slot : tag.slots()) {
        expect(
            IntStream.of(keySlots).anyMatch(key -> key == slot),
            "cache.tags: a field outside the cache key (expected: fields with cache_key)");
      }
    }
    for (Descriptor kept : List.of(method.getInputType(), method.getOutputType())) {
      String sensitive = sensitive(kept, new HashSet<>());
      expect(
          sensitive.isEmpty(),
          "cache: " + sensitive + " is sensitive (expected: nothing that must not be stored)");
    }
    expect(
        stampsFreshness(),
        "cache: response without fields 15 and 16 (expected: crossdock.common.v1.Freshness and"
            + " HubFreshness)");
  }

  /** Way to a field that must never be stored in a cache; empty when there is none. */
  private static String sensitive(Descriptor message, Set<Descriptor> above) {
    if (!above.add(message)) {
      return "";
    }
    for (FieldDescriptor field : message.getFields()) {
      FieldPolicy options = field.getOptions().getExtension(PolicyProto.field);
      if (options.getDataClass() == DataClass.DATA_CLASS_SENSITIVE) {
        return field.getName();
      }
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        String deeper = sensitive(field.getMessageType(), above);
        if (!deeper.isEmpty()) {
          return field.getName() + "." + deeper;
        }
      }
    }
    return "";
  }

  private static void expect(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static AnswerFields.@Nullable Reader answers(Descriptor response) {
    boolean source = holds(response, FRESHNESS_FIELD, Freshness.getDescriptor());
    boolean hub = holds(response, HUB_FRESHNESS_FIELD, HubFreshness.getDescriptor());
    expect(
        source == hub,
        "response with one of fields 15 and 16 (expected: both, crossdock.common.v1.Freshness and"
            + " HubFreshness)");
    return hub ? AnswerFields.Reader.compile(response) : null;
  }

  private static boolean holds(Descriptor response, int number, Descriptor type) {
    FieldDescriptor field = response.findFieldByNumber(number);
    return field != null
        && !field.isRepeated()
        && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().getFullName().equals(type.getFullName());
  }

  private static List<String> render(
      List<TagTemplate> templates,
      ExtractedFields fields,
      byte[] request,
      byte @Nullable [] answer) {
    if (templates.isEmpty()) {
      return List.of();
    }
    List<String> rendered = new ArrayList<>();
    for (TagTemplate template : templates) {
      try {
        template.render(fields, request, answer, rendered::add);
      } catch (InvalidProtocolBufferException e) {
        log.warn("a tag cannot be rendered", e);
      }
    }
    return List.copyOf(rendered);
  }

  private static io.grpc.MethodDescriptor.Builder<byte[], Payload> grpcMethod(
      MethodDescriptor method) {
    MethodType type;
    if (method.isClientStreaming()) {
      type = method.isServerStreaming() ? MethodType.BIDI_STREAMING : MethodType.CLIENT_STREAMING;
    } else {
      type = method.isServerStreaming() ? MethodType.SERVER_STREAMING : MethodType.UNARY;
    }
    ServiceDescriptor service = method.getService();
    return io.grpc.MethodDescriptor.<byte[], Payload>newBuilder()
        .setType(type)
        .setFullMethodName(
            io.grpc.MethodDescriptor.generateFullMethodName(
                service.getFullName(), method.getName()))
        .setRequestMarshaller(Marshallers.BYTES)
        .setSampledToLocalTracing(false)
        .setSchemaDescriptor((ProtoFileDescriptorSupplier) service::getFile);
  }

  /** Collects the fields that a method's policies read, each once. */
  private static final class Slots {

    private final Descriptor type;
    private final Map<FieldPath, Integer> slots = new LinkedHashMap<>();
    private final List<Integer> key = new ArrayList<>();
    private final Map<String, Integer> routing = new LinkedHashMap<>();

    Slots(Descriptor type) {
      this.type = type;
      collect(type, "", new HashSet<>());
    }

    int[] keySlots() {
      return key.stream().mapToInt(Integer::intValue).toArray();
    }

    Map<String, Integer> routingSlots() {
      return Map.copyOf(routing);
    }

    List<TagTemplate> templates(List<String> texts, MethodDescriptor method) {
      return texts.stream()
          .map(text -> TagTemplate.parse(text, type, method.getOutputType(), this::slotOf))
          .toList();
    }

    int requestIdSlot() {
      for (FieldDescriptor field : type.getFields()) {
        if (!field.isRepeated()
            && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
            && field
                .getMessageType()
                .getFullName()
                .equals(CommandContext.getDescriptor().getFullName())) {
          return slotOf(FieldPath.parse(type, field.getName() + ".request_id"));
        }
      }
      return -1;
    }

    List<FieldPath> paths() {
      return List.copyOf(slots.keySet());
    }

    private int slotOf(FieldPath path) {
      return slots.computeIfAbsent(path, absent -> slots.size());
    }

    private void collect(Descriptor message, String prefix, Set<Descriptor> above) {
      if (!above.add(message)) {
        return;
      }
      for (FieldDescriptor field : message.getFields()) {
        String path = prefix + field.getName();
        FieldPolicy options = field.getOptions().getExtension(PolicyProto.field);
        if (options.getCacheKey()) {
          key.add(slotOf(FieldPath.parse(type, path)));
        }
        if (!options.getRoutingAttribute().isEmpty()) {
          expect(
              field.getType() == FieldDescriptor.Type.STRING && !field.isRepeated(),
              path + ".routing_attribute: " + field.getType() + " (expected: one string)");
          routing.putIfAbsent(options.getRoutingAttribute(), slotOf(FieldPath.parse(type, path)));
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !field.isRepeated()) {
          collect(field.getMessageType(), path + ".", above);
        }
      }
      above.remove(message);
    }
  }
}
