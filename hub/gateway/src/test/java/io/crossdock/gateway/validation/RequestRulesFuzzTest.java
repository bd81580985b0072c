package io.crossdock.gateway.validation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.rules.MessageRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Requests of strangers to every method of the build are judged, and never make the hub fail. */
class RequestRulesFuzzTest {

  private static final int DEPTH = 4;
  private static final List<Operation> OPERATIONS =
      BuildContracts.ALL.services().stream()
          .flatMap(service -> service.operations().stream())
          .toList();
  private static final MessageRules MESSAGE_RULES = new MessageRules();

  private final Map<Operation, RequestRules> rules = new HashMap<>();

  @Property
  void judgesAnyBytes(@ForAll int method, @ForAll byte[] bytes) throws Exception {
    judge(OPERATIONS.get(Math.floorMod(method, OPERATIONS.size())), bytes);
  }

  @Property
  void judgesAChangedRequest(
      @ForAll int method, @ForAll @Size(max = 6) List<Integer> places, @ForAll byte value)
      throws Exception {
    Operation operation = OPERATIONS.get(Math.floorMod(method, OPERATIONS.size()));
    byte[] request = full(operation.descriptor().getInputType(), DEPTH).toByteArray();
    for (int place : places) {
      if (request.length > 0) {
        request[Math.floorMod(place, request.length)] = (byte) (value + place);
      }
    }
    judge(operation, request);
  }

  private void judge(Operation operation, byte[] request) throws Exception {
    Descriptor type = operation.descriptor().getInputType();
    RequestRules rulesOfType =
        rules.computeIfAbsent(operation, _ -> new RequestRules(type, true, MESSAGE_RULES));

    Failure failure = rulesOfType.check(request, operation.read(request));

    if (failure == null) {
      assertThat(DynamicMessage.parseFrom(type, request).getUnknownFields().asMap()).isEmpty();
    } else {
      assertThat(failure.violations()).hasSizeLessThanOrEqualTo(Failure.MOST_DETAILS);
    }
  }

  // Every field set, so that a change of any byte changes one of them.
  private static Message full(Descriptor type, int depth) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      Object value =
          switch (field.getJavaType()) {
            case STRING -> "EU-001";
            case INT -> 7;
            case LONG -> 7L;
            case BOOLEAN -> true;
            case ENUM -> field.getEnumType().getValues().getLast();
            case FLOAT -> 7f;
            case DOUBLE -> 7d;
            case BYTE_STRING -> com.google.protobuf.ByteString.copyFromUtf8("EU-001");
            case MESSAGE -> depth == 0 ? null : full(field.getMessageType(), depth - 1);
          };
      if (value != null && field.isRepeated()) {
        message.addRepeatedField(field, value);
      } else if (value != null) {
        message.setField(field, value);
      }
    }
    return message.build();
  }
}
