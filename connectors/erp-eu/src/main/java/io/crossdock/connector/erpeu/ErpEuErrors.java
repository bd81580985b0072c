package io.crossdock.connector.erpeu;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendErrors;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.failure.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code {"error":{"code":…,"target":…,"details":[{"code":…,"target":…}]}}}. */
final class ErpEuErrors implements BackendErrors {

  private static final Pattern ITEM = Pattern.compile("_Item\\(([^)]*)\\)");

  @Override
  public Optional<Failure> read(BackendRequest request, int status, JsonNode body) {
    JsonNode error = body.path("error");
    return switch (error.path("code").asText()) {
      case "M7/021" ->
          Optional.of(
              Failure.of(Reason.REASON_INSUFFICIENT, "There is not enough stock.")
                  .withPreconditions(items(error, "not enough")));
      case "M3/305" ->
          status == 404
              ? Optional.empty()
              : Optional.of(
                  Failure.of(Reason.REASON_INSUFFICIENT, "The location does not keep an item.")
                      .withPreconditions(items(error, "not kept at the location")));
      case "SY/530" ->
          Optional.of(
              Failure.of(Reason.REASON_ALREADY_EXISTS, "There is such a document already.")
                  .with("resource", "document"));
      case "SY/531" -> Optional.of(Canonical.requestIdReused().failure());
      case "M7/310" ->
          Optional.of(
              Failure.of(Reason.REASON_INVALID_STATE, "The reservation's status does not allow it.")
                  .with(
                      "status",
                      ErpEuCodes.reservation(error.path("details").path(0).path("target").asText())
                          .name()));
      case "M7/311" ->
          Optional.of(Failure.of(Reason.REASON_EXPIRED, "The hold on the goods has run out."));
      default -> Optional.empty();
    };
  }

  // One per line of the document that the ERP complains of.
  private static List<Failure.Precondition> items(JsonNode error, String what) {
    List<Failure.Precondition> items = new ArrayList<>();
    for (JsonNode detail : error.path("details")) {
      items.add(item(detail.path("target").asText(), what));
    }
    if (items.isEmpty()) {
      items.add(item(error.path("target").asText(), what));
    }
    return items;
  }

  private static Failure.Precondition item(String target, String what) {
    Matcher matcher = ITEM.matcher(target);
    String subject = matcher.find() ? "line/" + matcher.group(1) : "stock";
    return new Failure.Precondition("STOCK", subject, what);
  }
}
