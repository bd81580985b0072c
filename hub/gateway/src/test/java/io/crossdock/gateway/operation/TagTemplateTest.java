package io.crossdock.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.customer.v1.CustomerMatch;
import io.crossdock.customer.v1.CustomerSummary;
import io.crossdock.customer.v1.LookupCustomerResponse;
import io.crossdock.gateway.wire.FieldPath;
import io.crossdock.gateway.wire.WireReader;
import io.crossdock.loyalty.v1.AccrualLine;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TagTemplateTest {

  private static final Descriptor TYPE = AccruePointsRequest.getDescriptor();
  private static final byte[] REQUEST =
      AccruePointsRequest.newBuilder()
          .setMemberId("M-1")
          .setContext(CommandContext.newBuilder().setStore("EU-001"))
          .addLines(AccrualLine.newBuilder().setItemId("SKU-1"))
          .addLines(AccrualLine.newBuilder())
          .addLines(AccrualLine.newBuilder().setItemId("SKU-2"))
          .build()
          .toByteArray();
  private static final byte[] RESPONSE =
      LookupCustomerResponse.newBuilder()
          .addMatches(match("C-1"))
          .addMatches(match("C-2"))
          .build()
          .toByteArray();

  @Test
  void putsValuesBetweenTheLiterals() throws Exception {
    assertThat(rendered("member/{member_id}", null)).containsExactly("member/M-1");
    assertThat(rendered("{context.store}/x/{member_id}/y", null)).containsExactly("EU-001/x/M-1/y");
    assertThat(rendered("{member_id}{member_id}", null)).containsExactly("M-1M-1");
  }

  @Test
  void keepsATagWithoutFieldsAsItIs() throws Exception {
    assertThat(rendered("everything", null)).containsExactly("everything");
    assertThat(rendered("a}b", null)).containsExactly("a}b");
  }

  @Test
  void makesOneTagOfEachValueOfAList() throws Exception {
    assertThat(rendered("stock/{context.store}/{lines.item_id}", null))
        .containsExactly("stock/EU-001/SKU-1", "stock/EU-001/SKU-2");
  }

  @Test
  void readsValuesOfTheAnswer() throws Exception {
    assertThat(rendered("customer/{response.matches.customer.customer_id}", RESPONSE))
        .containsExactly("customer/C-1", "customer/C-2");
    assertThat(rendered("customer/{response.matches.customer.customer_id}", null)).isEmpty();
  }

  @Test
  void makesNoTagOfAnAbsentValue() throws Exception {
    assertThat(rendered("till/{context.workstation}", null)).isEmpty();
    assertThat(rendered("till/{context.workstation}/{lines.item_id}", null)).isEmpty();
    assertThat(rendered("", null)).isEmpty();
  }

  @Test
  void readsAnEventWithoutACall() throws Exception {
    assertThat(TagTemplate.ofEvent("item/{lines.item_id}", TYPE).render(REQUEST))
        .containsExactly("item/SKU-1", "item/SKU-2");
  }

  private static CustomerMatch.Builder match(String customer) {
    return CustomerMatch.newBuilder()
        .setCustomer(CustomerSummary.newBuilder().setCustomerId(customer));
  }

  private static List<String> rendered(String text, byte @Nullable [] response)
      throws InvalidProtocolBufferException {
    List<FieldPath> paths = new ArrayList<>();
    TagTemplate template =
        TagTemplate.parse(
            text,
            TYPE,
            LookupCustomerResponse.getDescriptor(),
            path -> {
              if (!paths.contains(path)) {
                paths.add(path);
              }
              return paths.indexOf(path);
            });
    List<String> tags = new ArrayList<>();
    template.render(WireReader.compile(TYPE, paths).read(REQUEST), REQUEST, response, tags::add);
    return tags;
  }
}
