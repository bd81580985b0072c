package io.crossdock.gateway.validation;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.failure.Violations;
import io.crossdock.gateway.wire.ExtractedFields;
import io.crossdock.gateway.wire.WireReader;
import io.crossdock.rules.MessageRules;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one request type: well-formed bytes, no unknown fields, and what protovalidate says.
 *
 * <p>No text ever quotes a value of the request, which may be personal data.
 */
public final class RequestRules {

  private final Descriptor type;
  private final boolean refuseUnknownFields;
  private final MessageRules rules;

  /**
   * @param type the requests' type
   * @param refuseUnknownFields whether a field that the contract does not know is an error
   */
  public RequestRules(Descriptor type, boolean refuseUnknownFields, MessageRules rules) {
    this.type = type;
    this.refuseUnknownFields = refuseUnknownFields;
    this.rules = rules;
  }

  /** Why a request may not pass; null when it may. */
  public @Nullable Failure check(byte[] request, ExtractedFields fields) {
    switch (fields.form()) {
      case MALFORMED -> {
        return malformed();
      }
      case UNKNOWN_FIELD -> {
        if (refuseUnknownFields) {
          return Failure.of(
                  Reason.REASON_UNKNOWN_FIELD,
                  "The request has a field that the contract does not know.")
              .withViolations(
                  List.of(
                      new Failure.Violation(
                          fields.unknownField(), "unknown_field", "not a field of this contract")));
        }
      }
      case TOO_MANY_FIELDS -> {
        return Failure.of(
            Reason.REASON_MESSAGE_TOO_LARGE,
            "The request has more than " + WireReader.MAX_FIELDS + " fields.");
      }
      case WELL_FORMED -> {}
    }
    try {
      List<Failure.Violation> broken = rules.check(type, request);
      return broken.isEmpty()
          ? null
          : Violations.add(
              Failure.of(Reason.REASON_RULE_VIOLATED, "The request breaks rules of its contract."),
              broken);
    } catch (InvalidProtocolBufferException e) {
      return malformed();
    }
  }

  private Failure malformed() {
    return Failure.of(
            Reason.REASON_MALFORMED_REQUEST, "The bytes are not a " + type.getFullName() + ".")
        .withViolations(
            List.of(new Failure.Violation("", "wire_format", "not a " + type.getFullName())));
  }
}
