package io.crossdock.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import io.crossdock.common.v1.Reason;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.gateway.cache.CachePolicy;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Backend;
import io.crossdock.gateway.pipeline.DeadlinePolicy;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.pipeline.Till;
import io.crossdock.gateway.validation.ValidationPolicy;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.policy.v1.DataClass;
import io.crossdock.policy.v1.PolicyProto;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Sends a mark in every text of every request of the build, and looks for the marks of those that
 * the contracts call personal or sensitive in all that a call leaves behind.
 */
final class PersonalDataTest {

  private static final int DEPTH = 4;
  private static final String PERSONAL = "Zaphod";
  private static final String OTHER = "plain";

  private final Till till = new Till();
  private final CallLog log = new CallLog();
  private final Observed observed = new Observed();
  private final CachePolicy cache = new CachePolicy(new AnswerCache(10_000, System::nanoTime));
  private final ValidationPolicy validation = new ValidationPolicy(true);
  private int marked;

  @AfterEach
  void stop() {
    till.close();
    log.close();
    observed.close();
  }

  @Test
  void neverLeavesTheRequest() {
    for (Operation operation : operations()) {
      // The first fits many rules, the second breaks those of ids.
      for (String suffix : List.of("", " !")) {
        byte[] request = marked(operation.descriptor().getInputType(), suffix, DEPTH).toByteArray();
        for (Backend backend : List.of(answering(), failing())) {
          Till.Answer answer = till.send(pipeline(operation, backend), request).answer();
          assertThat(String.valueOf(answer.status()) + answer.trailers())
              .as(operation.name())
              .doesNotContain(PERSONAL);
          if (!answer.status().isOk()) {
            assertThat(answer.failure().toString()).as(operation.name()).doesNotContain(PERSONAL);
          }
        }
      }
    }

    assertThat(marked).isGreaterThan(20);
    assertThat(observed.spans()).hasSizeGreaterThan(200);
    assertThat(observed.spans().toString()).doesNotContain(PERSONAL);
    assertThat(observed.metrics().toString()).doesNotContain(PERSONAL);
    assertThat(log.lines()).isNotEmpty();
    assertThat(log.lines().stream().map(PersonalDataTest::text).collect(Collectors.joining()))
        .doesNotContain(PERSONAL);
  }

  @Test
  void findsAMarkWhereOneIs() {
    LoggerFactory.getLogger("io.crossdock.gateway.calls")
        .atWarn()
        .addKeyValue("principal", PERSONAL)
        .log("call failed");

    assertThat(text(log.lines().getFirst())).contains(PERSONAL);
  }

  private Pipeline pipeline(Operation operation, Backend backend) {
    return observed.pipeline(operation, backend, new DeadlinePolicy(), cache, validation);
  }

  private static List<Operation> operations() {
    return BuildContracts.ALL.services().stream()
        .flatMap(service -> service.operations().stream())
        .filter(operation -> !operation.clientStreams())
        .toList();
  }

  private static Backend answering() {
    return Backend.doing((call, sink) -> {
      call.servedBy("connector");
      sink.finish(new Outcome.Answered(Payload.of(new byte[0])));
    });
  }

  private static Backend failing() {
    return Backend.doing((call, sink) -> {
      call.servedBy("connector");
      sink.finish(Outcome.failed(Reason.REASON_CONNECTOR_UNAVAILABLE, "down"));
    });
  }

  private DynamicMessage marked(Descriptor type, String suffix, int depth) {
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    for (FieldDescriptor field : type.getFields()) {
      DataClass dataClass = field.getOptions().getExtension(PolicyProto.field).getDataClass();
      boolean personal =
          dataClass == DataClass.DATA_CLASS_PERSONAL || dataClass == DataClass.DATA_CLASS_SENSITIVE;
      if (field.getType() == FieldDescriptor.Type.STRING) {
        marked += personal ? 1 : 0;
        set(message, field, (personal ? PERSONAL : OTHER) + suffix);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
          && !field.isMapField()
          && depth > 0) {
        set(message, field, marked(field.getMessageType(), suffix, depth - 1));
      }
    }
    return message.build();
  }

  private static void set(DynamicMessage.Builder message, FieldDescriptor field, Object value) {
    if (field.isRepeated()) {
      message.addRepeatedField(field, value);
    } else {
      message.setField(field, value);
    }
  }

  private static String text(ILoggingEvent line) {
    return line.getFormattedMessage() + line.getKeyValuePairs() + line.getMDCPropertyMap();
  }
}
