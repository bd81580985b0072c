package io.crossdock.gateway.operation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.gateway.wire.FieldPath;
import io.crossdock.gateway.wire.WireReader;
import java.util.ArrayList;
import java.util.List;

/** What the hub reads of an answer: how fresh its source says it is. */
public final class AnswerFields {

  private static final int SOURCE_MODE = 0;
  private static final int SOURCE_AGE = 1;
  private static final int SOURCE_AGE_SECONDS = 2;
  private static final int SOURCE_AGE_NANOS = 3;
  private static final int HUB = 4;
  private static final int HUB_MODE = 5;
  private static final int HUB_AGE = 6;
  private static final int HUB_AGE_SECONDS = 7;
  private static final int HUB_AGE_NANOS = 8;

  private final ExtractedFields fields;

  private AnswerFields(ExtractedFields fields) {
    this.fields = fields;
  }

  /** Reads answers of one type. */
  static final class Reader {

    private final WireReader reader;

    private Reader(WireReader reader) {
      this.reader = reader;
    }

    /** Compiles a reader for a response that has both fields of freshness. */
    static Reader compile(Descriptor response) {
      FieldDescriptor source = response.findFieldByNumber(Operation.FRESHNESS_FIELD);
      FieldDescriptor hub = response.findFieldByNumber(Operation.HUB_FRESHNESS_FIELD);
      FieldDescriptor sourceAge = field(source, Freshness.AGE_FIELD_NUMBER);
      FieldDescriptor hubAge = field(hub, HubFreshness.AGE_FIELD_NUMBER);
      return new Reader(
          WireReader.compile(
              response,
              List.of(
                  path(source, field(source, Freshness.MODE_FIELD_NUMBER)),
                  path(source, sourceAge),
                  path(source, sourceAge, field(sourceAge, 1)),
                  path(source, sourceAge, field(sourceAge, 2)),
                  path(hub),
                  path(hub, field(hub, HubFreshness.MODE_FIELD_NUMBER)),
                  path(hub, hubAge),
                  path(hub, hubAge, field(hubAge, 1)),
                  path(hub, hubAge, field(hubAge, 2)))));
    }

    AnswerFields read(byte[] answer) {
      return new AnswerFields(reader.read(answer));
    }

    private static FieldDescriptor field(FieldDescriptor message, int number) {
      return message.getMessageType().findFieldByNumber(number);
    }

    private static FieldPath path(FieldDescriptor... fields) {
      return new FieldPath(new ArrayList<>(List.of(fields)));
    }
  }

  /** Whether protobuf's parser would accept the answer's bytes, which are not too many fields. */
  public boolean isWellFormed() {
    return fields.form() == ExtractedFields.Form.WELL_FORMED
        || fields.form() == ExtractedFields.Form.UNKNOWN_FIELD;
  }

  /** Number of the mode that the source states; 0 when it states none. */
  public int sourceMode() {
    return (int) fields.number(SOURCE_MODE);
  }

  /** Whether the source states an age. */
  public boolean hasSourceAge() {
    return fields.present(SOURCE_AGE);
  }

  /** Whole seconds of the age that the source states. */
  public long sourceAgeSeconds() {
    return fields.number(SOURCE_AGE_SECONDS);
  }

  /** Rest of the age that the source states, nanoseconds. */
  public long sourceAgeNanos() {
    return fields.number(SOURCE_AGE_NANOS);
  }

  /** Whether the source has put something into the hub's own field. */
  public boolean hasHubFreshness() {
    return fields.present(HUB);
  }

  /** Number of the mode in the hub's field; 0 when there is none. */
  public int hubMode() {
    return (int) fields.number(HUB_MODE);
  }

  /** Whether the hub's field states an age. */
  public boolean hasHubAge() {
    return fields.present(HUB_AGE);
  }

  /** Whole seconds of the age in the hub's field. */
  public long hubAgeSeconds() {
    return fields.number(HUB_AGE_SECONDS);
  }

  /** Rest of the age in the hub's field, nanoseconds. */
  public long hubAgeNanos() {
    return fields.number(HUB_AGE_NANOS);
  }
}
