package io.crossdock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.inventory.v1.BatchGetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WireReaderTest {

  private static final Descriptor ACCRUE = AccruePointsRequest.getDescriptor();

  @Test
  void readsFieldsOfSubMessages() {
    byte[] request = accrual("M-1", "R-1").toByteArray();

    ExtractedFields reading =
        read(ACCRUE, request, "context.request_id", "member_id", "context.store");

    assertThat(reading.form()).isEqualTo(ExtractedFields.Form.WELL_FORMED);
    assertThat(reading.text(0)).isEqualTo("R-1");
    assertThat(reading.text(1)).isEqualTo("M-1");
    assertThat(reading.present(2)).isFalse();
    assertThat(reading.text(2)).isEmpty();
  }

  @Test
  void takesTheLastValueAndMergesSubMessages() {
    AccruePointsRequest later =
        AccruePointsRequest.newBuilder()
            .setMemberId("M-2")
            .setContext(CommandContext.newBuilder().setStore("EU-001"))
            .build();
    byte[] request = WireCorpus.joined(accrual("M-1", "R-1").toByteArray(), later.toByteArray());

    ExtractedFields reading =
        read(ACCRUE, request, "context.request_id", "member_id", "context.store");

    assertThat(reading.text(0)).isEqualTo("R-1");
    assertThat(reading.text(1)).isEqualTo("M-2");
    assertThat(reading.text(2)).isEqualTo("EU-001");
  }

  @Test
  void forgetsWhatASiblingInTheOneofReplaced() {
    Descriptor type = LookupCustomerRequest.getDescriptor();
    List<String> siblings =
        type.getOneofs().getFirst().getFields().stream().map(field -> field.getName()).toList();
    byte[] first = {(byte) (type.findFieldByName(siblings.get(0)).getNumber() << 3 | 2), 1, 'a'};
    byte[] second = {(byte) (type.findFieldByName(siblings.get(1)).getNumber() << 3 | 2), 1, 'b'};

    ExtractedFields reading =
        read(type, WireCorpus.joined(first, second), siblings.get(0), siblings.get(1));

    assertThat(reading.present(0)).isFalse();
    assertThat(reading.text(1)).isEqualTo("b");
  }

  @Test
  void namesTheFirstUnknownFieldByItsWay() {
    UnknownFieldSet odd =
        UnknownFieldSet.newBuilder()
            .addField(77, Field.newBuilder().addVarint(1).build())
            .addField(78, Field.newBuilder().addVarint(1).build())
            .build();
    byte[] request =
        accrual("M-1", "R-1").toBuilder()
            .setContext(CommandContext.newBuilder().setUnknownFields(odd))
            .build()
            .toByteArray();

    ExtractedFields reading = read(ACCRUE, request, "member_id");

    assertThat(reading.form()).isEqualTo(ExtractedFields.Form.UNKNOWN_FIELD);
    assertThat(reading.unknownField()).isEqualTo("context.77");
    assertThat(reading.text(0)).isEqualTo("M-1");
  }

  @Test
  void findsBytesMalformedThatEndEarly() {
    byte[] whole = accrual("M-1", "R-1").toByteArray();

    ExtractedFields reading = read(ACCRUE, Arrays.copyOf(whole, whole.length - 1), "member_id");

    assertThat(reading.form()).isEqualTo(ExtractedFields.Form.MALFORMED);
  }

  @Test
  void findsTextMalformedThatIsNotUtf8() {
    int number = ACCRUE.findFieldByName("member_id").getNumber();
    byte[] request = {(byte) (number << 3 | 2), 2, (byte) 0xc0, (byte) 0xaf};

    assertThat(read(ACCRUE, request).form()).isEqualTo(ExtractedFields.Form.MALFORMED);
  }

  @Test
  void stopsAfterTooManyFields() {
    Descriptor type = BatchGetAvailabilityRequest.getDescriptor();
    byte[] empty = {(byte) (type.findFieldByName("item_ids").getNumber() << 3 | 2), 0};
    byte[] most = repeated(empty, WireReader.MAX_FIELDS);
    byte[] more = repeated(empty, WireReader.MAX_FIELDS + 1);

    assertThat(read(type, most, "item_ids").form()).isEqualTo(ExtractedFields.Form.WELL_FORMED);
    assertThat(read(type, more, "item_ids").form()).isEqualTo(ExtractedFields.Form.TOO_MANY_FIELDS);
    // Nor does it look at what follows.
    assertThat(read(type, WireCorpus.joined(more, new byte[] {-1}), "item_ids").form())
        .isEqualTo(ExtractedFields.Form.TOO_MANY_FIELDS);
  }

  private static byte[] repeated(byte[] bytes, int times) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int i = 0; i < times; i++) {
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  @Test
  void keepsKeysApartWhoseValuesRunTogether() {
    Descriptor type = GetAvailabilityRequest.getDescriptor();
    byte[] one =
        GetAvailabilityRequest.newBuilder()
            .setItemId("AB")
            .setLocationId("C")
            .build()
            .toByteArray();
    byte[] other =
        GetAvailabilityRequest.newBuilder()
            .setItemId("A")
            .setLocationId("BC")
            .build()
            .toByteArray();
    int[] slots = {0, 1};

    byte[] key = read(type, one, "item_id", "location_id").key(slots);

    assertThat(key).isNotEqualTo(read(type, other, "item_id", "location_id").key(slots));
    assertThat(key).isEqualTo(read(type, one, "item_id", "location_id").key(slots));
  }

  @Test
  void keepsKeysOfListsApart() {
    Descriptor type = BatchGetAvailabilityRequest.getDescriptor();
    int[] slots = {0};

    byte[] two = read(type, items("A", "B"), "item_ids").key(slots);

    assertThat(two).isNotEqualTo(read(type, items("AB"), "item_ids").key(slots));
    assertThat(two).isNotEqualTo(read(type, items("B", "A"), "item_ids").key(slots));
    assertThat(two).isNotEqualTo(read(type, items("B"), "item_ids").key(slots));
    assertThat(read(type, items(), "item_ids").key(slots))
        .isNotEqualTo(read(type, items(""), "item_ids").key(slots));
  }

  @Test
  void keepsAnEmptyValueApartFromNone() {
    Descriptor type = OddTypes.PROTO2;
    byte[] empty = {(byte) (type.findFieldByName("one_string").getNumber() << 3 | 2), 0};
    int[] slots = {0};

    assertThat(read(type, empty, "one_string").key(slots))
        .isNotEqualTo(read(type, new byte[0], "one_string").key(slots));
  }

  @Test
  void givesTheDefaultsOfAbsentFields() {
    ExtractedFields reading =
        read(
            OddTypes.PROTO2,
            new byte[0],
            "with_default",
            "with_bytes",
            "with_uint",
            "one_enum",
            "one_bytes",
            "one_bool");

    assertThat(reading.text(0)).isEqualTo("18446744073709551615");
    assertThat(reading.text(1)).isEqualTo("a\u00ff");
    assertThat(reading.text(2)).isEqualTo("4294967295");
    assertThat(reading.text(3)).isEqualTo("NONE");
    assertThat(reading.text(4)).isEmpty();
    assertThat(reading.text(5)).isEqualTo("false");
  }

  @Test
  void refusesTypesThatItCannotJudge() {
    assertThatThrownBy(() -> WireReader.compile(OddTypes.REQUIRED, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "odd.Required.text: a required field (expected: the rule"
                + " (buf.validate.field).required)");
    assertThatThrownBy(() -> WireReader.compile(OddTypes.MESSAGE_SET, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("odd.Set: message_set_wire_format (expected: an ordinary message)");
  }

  @Test
  void refusesPathsThatLeadNowhere() {
    assertThatThrownBy(() -> FieldPath.parse(ACCRUE, "member"))
        .hasMessage("member: no field member (expected: a field of " + ACCRUE.getFullName() + ")");
    assertThatThrownBy(() -> FieldPath.parse(ACCRUE, "member_id.x"))
        .hasMessage("member_id.x: member_id has no fields (expected: a single message)");
    assertThatThrownBy(() -> FieldPath.parse(ACCRUE, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static AccruePointsRequest accrual(String member, String requestId) {
    return AccruePointsRequest.newBuilder()
        .setMemberId(member)
        .setContext(CommandContext.newBuilder().setRequestId(requestId))
        .build();
  }

  private static byte[] items(String... ids) {
    return BatchGetAvailabilityRequest.newBuilder()
        .addAllItemIds(List.of(ids))
        .build()
        .toByteArray();
  }

  private static ExtractedFields read(Descriptor type, byte[] message, String... paths) {
    List<FieldPath> wanted = Arrays.stream(paths).map(path -> FieldPath.parse(type, path)).toList();
    return WireReader.compile(type, wanted).read(message);
  }
}
