package io.crossdock.connector.erpus;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendErrors;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code {"success":false,"errorCode":…,"errorData":{…}}}, which comes with status 200 too.
 */
final class ErpUsErrors implements BackendErrors {

  @Override
  public Optional<Failure> read(BackendRequest request, int status, JsonNode body) {
    if (body.path("success").asBoolean(true)) {
      return Optional.empty();
    }
    JsonNode data = body.path("errorData");
    String code = body.path("errorCode").asText();
    return switch (code) {
      case "INV-1001" -> Optional.of(notFound("item"));
      case "INV-1002" -> Optional.of(notFound("location"));
      case "INV-1004" ->
          Optional.of(
              data.has("lines")
                  ? insufficient(data, "The location does not keep an item.")
                  : notFound("item"));
      case "INV-2001" -> Optional.of(insufficient(data, "There is not enough stock."));
      case "RES-3001" ->
          Optional.of(
              Failure.of(Reason.REASON_INVALID_STATE, "The reservation's status does not allow it.")
                  .with("status", ErpUsCodes.reservation(data.path("status").asText()).name()));
      case "RES-3002" ->
          Optional.of(Failure.of(Reason.REASON_EXPIRED, "The hold on the goods has run out."));
      case "GEN-0412" ->
          Optional.of(
              Failure.of(
                  Reason.REASON_ETAG_MISMATCH,
                  "The reservation changed since it was read; read it again."));
      case "GEN-0409" -> Optional.of(Canonical.requestIdReused().failure());
      default ->
          // Any other refusal with status 200 is one of the ERP's rules.
          status / 100 == 2
              ? Optional.of(
                  Failure.of(Reason.REASON_REFUSED_BY_POLICY, "The ERP's rules do not allow it."))
              : Optional.empty();
    };
  }

  private static Failure notFound(String resource) {
    return Failure.of(Reason.REASON_NOT_FOUND, "There is no such " + resource + ".")
        .with("resource", resource);
  }

  private static Failure insufficient(JsonNode data, String message) {
    List<Failure.Precondition> lines = new ArrayList<>();
    for (JsonNode line : data.path("lines")) {
      String what =
          line.path("cause").asText().equals("NOT_KEPT")
              ? "not kept at the location"
              : "only " + line.path("available").asText("0") + " available";
      lines.add(
          new Failure.Precondition("STOCK", "line/" + line.path("lineNumber").asText(), what));
    }
    if (lines.isEmpty()) {
      lines.add(new Failure.Precondition("STOCK", "stock", "not enough"));
    }
    return Failure.of(Reason.REASON_INSUFFICIENT, message).withPreconditions(lines);
  }
}
