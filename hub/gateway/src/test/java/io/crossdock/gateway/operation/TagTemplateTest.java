package io.crossdock.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.gateway.wire.FieldPath;
import io.crossdock.gateway.wire.WireReader;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TagTemplateTest {

  private static final Descriptor TYPE = AccruePointsRequest.getDescriptor();
  private static final byte[] REQUEST =
      AccruePointsRequest.newBuilder()
          .setMemberId("M-1")
          .setContext(CommandContext.newBuilder().setStore("EU-001"))
          .build()
          .toByteArray();

  @Test
  void putsValuesBetweenTheLiterals() {
    assertThat(rendered("member/{member_id}")).isEqualTo("member/M-1");
    assertThat(rendered("{context.store}/x/{member_id}/y")).isEqualTo("EU-001/x/M-1/y");
    assertThat(rendered("{member_id}{member_id}")).isEqualTo("M-1M-1");
  }

  @Test
  void keepsATagWithoutFieldsAsItIs() {
    assertThat(rendered("everything")).isEqualTo("everything");
    assertThat(rendered("")).isEmpty();
    assertThat(rendered("a}b")).isEqualTo("a}b");
  }

  @Test
  void leavesAnAbsentValueEmpty() {
    assertThat(rendered("till/{context.workstation}")).isEqualTo("till/");
  }

  private static String rendered(String text) {
    List<FieldPath> paths = new ArrayList<>();
    TagTemplate template =
        TagTemplate.parse(
            text,
            TYPE,
            path -> {
              if (!paths.contains(path)) {
                paths.add(path);
              }
              return paths.indexOf(path);
            });
    return template.render(WireReader.compile(TYPE, paths).read(REQUEST));
  }
}
