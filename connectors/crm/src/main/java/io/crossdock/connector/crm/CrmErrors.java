package io.crossdock.connector.crm;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendErrors;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.failure.Failure;
import java.util.Optional;

/** Reads {@code {"errors":[{"status":…,"code":…,"source":…,"meta":{…}}]}}. */
final class CrmErrors implements BackendErrors {

  /** Metadata of ALREADY_EXISTS: the contact that an identity belongs to. */
  static final String EXISTING = "existing_customer_id";

  @Override
  public Optional<Failure> read(BackendRequest request, int status, JsonNode body) {
    JsonNode error = body.path("errors").path(0);
    JsonNode meta = error.path("meta");
    return switch (error.path("code").asText()) {
      case "version_conflict" ->
          Optional.of(
              Failure.of(
                  Reason.REASON_ETAG_MISMATCH,
                  "The " + request.resource() + " changed since it was read; read it again."));
      case "invalid_transition" ->
          Optional.of(
              Failure.of(Reason.REASON_INVALID_STATE, "The case's status does not allow it.")
                  .with("status", SupportCodes.status(meta.path("status").asText()).name()));
      case "duplicate" ->
          Optional.of(
              Failure.of(Reason.REASON_ALREADY_EXISTS, "The identity belongs to another customer.")
                  .with("resource", "identity")
                  .with(EXISTING, meta.path("existingId").asText()));
      case "record_locked" ->
          Optional.of(
              Failure.of(
                  Reason.REASON_ACCOUNT_NOT_ACTIVE,
                  "The customer's record is merged or erased, or is being erased."));
      default -> Optional.empty();
    };
  }
}
