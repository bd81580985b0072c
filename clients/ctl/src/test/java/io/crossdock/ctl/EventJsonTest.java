package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.PointsAccrued;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EventJsonTest {

  private static final EventEnvelope POINTS =
      ScriptedHub.message(EventEnvelope.class, Scripts.POINTS_EVENT);

  @Test
  void comesBackAsItWas() {
    JsonObject json = EventJson.BUILD.of(POINTS);

    assertThat(json.getAsJsonObject("data").getAsJsonObject("points").get("units").getAsString())
        .isEqualTo("120");
    assertThat(EventJson.BUILD.parse(json)).isEqualTo(POINTS);
  }

  @Test
  void showsDataOfATypeThatItDoesNotKnowAsBase64() {
    EventEnvelope unknown =
        POINTS.toBuilder().setData(data("type.googleapis.com/test.gift.v1.CardSold", 8, 1)).build();

    JsonObject json = EventJson.BUILD.of(unknown);

    assertThat(json.get("data"))
        .isEqualTo(
            JsonParser.parseString(
                """
                {"@type": "type.googleapis.com/test.gift.v1.CardSold", "value": "CAE="}
                """));
    assertThat(EventJson.BUILD.parse(json)).isEqualTo(unknown);
  }

  @Test
  void showsDataThatIsNotWhatItsTypeSaysAsBase64() {
    EventEnvelope broken =
        POINTS.toBuilder().setData(data(POINTS.getData().getTypeUrl(), 10, 127)).build();

    JsonObject json = EventJson.BUILD.of(broken);

    assertThat(json.getAsJsonObject("data").get("value").getAsString()).isEqualTo("Cn8=");
    assertThat(EventJson.BUILD.parse(json)).isEqualTo(broken);
  }

  @Test
  void tellsThatAFieldOfALaterContractWouldBeLost() throws Exception {
    PointsAccrued points = POINTS.getData().unpack(PointsAccrued.class);
    UnknownFieldSet field =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    EventEnvelope later =
        POINTS.toBuilder()
            .setData(Any.pack(points.toBuilder().setUnknownFields(field).build()))
            .build();
    EventEnvelope same = POINTS.toBuilder().setData(Any.pack(points)).build();

    assertThat(EventJson.BUILD.same(EventJson.BUILD.parse(EventJson.BUILD.of(later)), later))
        .isFalse();
    assertThat(EventJson.BUILD.same(EventJson.BUILD.parse(EventJson.BUILD.of(POINTS)), same))
        .isTrue();
    assertThat(EventJson.BUILD.same(POINTS, POINTS.toBuilder().setKey("M-2").build())).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "17 | not an event (expected: an object)",
        "{\"evnt_id\": \"1\"} | Cannot find field: evnt_id in message crossdock.event.v1.EventEnvelope",
        "{\"sequence\": \"many\"} | Not an int64 value: \"many\"",
        "{\"data\": {\"@type\": \"x/y.Z\", \"value\": \"?\"}} | data.value (expected: base64)",
        "{\"data\": {\"points\": 1}} | Missing type url when parsing: {\"points\":1}"
      })
  void saysWhatIsWrongWithWhatPeopleWrote(String text, String message) {
    assertThatThrownBy(() -> EventJson.BUILD.parse(JsonParser.parseString(text)))
        .isInstanceOf(JsonParseException.class)
        .hasMessage(message);
  }

  private static Any data(String url, int first, int second) {
    byte[] bytes = {(byte) first, (byte) second};
    return Any.newBuilder().setTypeUrl(url).setValue(ByteString.copyFrom(bytes)).build();
  }
}
