package io.crossdock.connector.loyalty;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendErrors;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.failure.Failure;
import io.crossdock.loyalty.v1.RedemptionStatus;
import java.util.List;
import java.util.Optional;

/** Reads {@code {"error":{"type":…,"param":…,"data":{…}}}}. */
final class LoyaltyErrors implements BackendErrors {

  @Override
  public Optional<Failure> read(BackendRequest request, int status, JsonNode body) {
    JsonNode error = body.path("error");
    JsonNode data = error.path("data");
    return switch (error.path("type").asText()) {
      case "insufficient_points" -> Optional.of(insufficient(data.path("available")));
      case "account_not_active" ->
          Optional.of(
              Failure.of(
                      Reason.REASON_ACCOUNT_NOT_ACTIVE,
                      "The membership's status does not allow it.")
                  .with("status", LoyaltyCodes.membership(data.path("status").asText()).name()));
      case "redemption_rule" ->
          Optional.of(
              Failure.of(
                  Reason.REASON_REFUSED_BY_POLICY,
                  "The loyalty programme's rules do not allow it."));
      case "invalid_state" -> Optional.of(invalidState(data.path("status").asText()));
      case "hold_expired" ->
          Optional.of(Failure.of(Reason.REASON_EXPIRED, "The hold on the points has run out."));
      case "idempotency_conflict" ->
          Optional.of(
              Failure.of(
                  Reason.REASON_REQUEST_ID_REUSED,
                  "The request id came before with another request."));
      default -> Optional.empty();
    };
  }

  private static Failure insufficient(JsonNode available) {
    Failure failure = Failure.of(Reason.REASON_INSUFFICIENT, "There are not enough points.");
    if (!available.isIntegralNumber()) {
      return failure.withPreconditions(
          List.of(new Failure.Precondition("POINTS", "available_points", "too few")));
    }
    return failure
        .with("available_points", available.asText())
        .withPreconditions(
            List.of(
                new Failure.Precondition(
                    "POINTS", "available_points", "only " + available.asText() + " available")));
  }

  private static Failure invalidState(String word) {
    RedemptionStatus status = LoyaltyCodes.redemption(word);
    return Failure.of(Reason.REASON_INVALID_STATE, "The redemption's status does not allow it.")
        .with("status", status.name());
  }
}
