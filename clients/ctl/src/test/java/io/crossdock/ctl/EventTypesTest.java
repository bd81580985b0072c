package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.ExtensionRegistry;
import io.crossdock.policy.v1.PolicyProto;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

final class EventTypesTest {

  @Test
  void knowsEveryEventOfTheContracts() throws IOException {
    List<String> events = events();

    assertThat(events).hasSizeGreaterThan(20);
    assertThat(events).allSatisfy(event -> assertThat(EventTypes.find(event)).isNotNull());
  }

  @Test
  void completesANameAndLeavesAFullOne() {
    EventTypes types = new EventTypes();

    assertThat(types.convert("PointsAccrued")).isEqualTo("crossdock.event.v1.PointsAccrued");
    assertThat(types.convert("test.gift.v1.CardSold")).isEqualTo("test.gift.v1.CardSold");
    assertThatThrownBy(() -> types.convert("PointsAcrued"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage(
            "PointsAcrued (expected: an event type, for example PointsAccrued, or a full name)");
  }

  private static List<String> events() throws IOException {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    PolicyProto.registerAllExtensions(registry);
    List<String> events = new ArrayList<>();
    try (InputStream in = EventTypes.class.getResourceAsStream("/io/crossdock/contracts.binpb")) {
      FileDescriptorSet.parseFrom(in, registry)
          .getFileList()
          .forEach(file -> {
            for (DescriptorProto message : file.getMessageTypeList()) {
              if (message.getOptions().hasExtension(PolicyProto.event)) {
                events.add(file.getPackage() + "." + message.getName());
              }
            }
          });
    }
    return events;
  }
}
