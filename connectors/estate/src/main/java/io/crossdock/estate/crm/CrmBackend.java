package io.crossdock.estate.crm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.Answer;
import io.crossdock.estate.backend.Backend;
import io.crossdock.estate.backend.Body;
import io.crossdock.estate.backend.Endpoints;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import io.crossdock.estate.world.EstateClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A CRM: contacts with consents, and the cases of customer service; {@code data} and {@code errors}
 * envelopes.
 */
public final class CrmBackend implements Backend {

  private final Contacts contacts;
  private final Cases cases;
  private final Endpoints routes;

  public CrmBackend(EstateClock clock) {
    this.contacts = new Contacts(clock);
    this.cases = new Cases(clock);
    this.routes =
        new Endpoints()
            .get("/contacts", this::findContacts)
            .post("/contacts", request -> Answer.created(data(contacts.create(request.json()))))
            .get("/contacts/{id}", request -> ok(contacts.contact(request.variable("id"))))
            .patch(
                "/contacts/{id}",
                request -> ok(contacts.change(request.variable("id"), request.json())))
            .put("/contacts/{id}/consents", this::consents)
            .post(
                "/contacts/{id}/merge",
                request -> ok(contacts.merge(request.variable("id"), request.json())))
            .get("/contacts/{id}/restrictions", this::restrictions)
            .get("/cases", this::findCases)
            .post("/cases", this::openCase)
            .get(
                "/cases/{id}", request -> ok(cases.json(cases.found(request.variable("id")), true)))
            .patch(
                "/cases/{id}", request -> ok(cases.change(request.variable("id"), request.json())))
            .post(
                "/cases/{id}/comments",
                request ->
                    Answer.created(data(cases.comment(request.variable("id"), request.json()))));
  }

  @Override
  public String name() {
    return "crm";
  }

  @Override
  public String basePath() {
    return "/crm/api/v1";
  }

  @Override
  public Endpoints routes() {
    return routes;
  }

  @Override
  public Answer tell(Refusal refusal) {
    String code =
        refusal.code(
            switch (refusal.status()) {
              case 404 -> "not_found";
              case 405 -> "method_not_allowed";
              case 413 -> "too_large";
              case 422 -> "validation_failed";
              case 429 -> "rate_limited";
              default -> refusal.status() < 500 ? "bad_request" : "internal";
            });
    ObjectNode error =
        JsonNodes.object(
            "status", Integer.toString(refusal.status()), "code", code, "title", refusal.text());
    if (refusal.target() != null) {
      error.put("source", "/data/" + refusal.target().replace('.', '/'));
    }
    if (!refusal.data().isEmpty()) {
      error.set("meta", refusal.data());
    }
    return new Answer(
        refusal.status(), JsonNodes.object("errors", List.of(error)), refusal.headers());
  }

  @Override
  public void reset() {
    contacts.reset();
    cases.reset();
  }

  private static ObjectNode data(JsonNode data) {
    return JsonNodes.object("data", data);
  }

  private static Answer ok(JsonNode data) {
    return Answer.ok(data(data));
  }

  private static <T> Answer list(List<T> all, int offset, int limit, Function<T, ObjectNode> json) {
    return Answer.ok(
        JsonNodes.object(
            "data", all.stream().skip(offset).limit(limit).map(json).toList(),
            "meta", JsonNodes.object("offset", offset, "limit", limit, "total", all.size())));
  }

  private Answer findContacts(Request request) {
    request.allowQuery("card", "email", "phone", "loyaltyId", "identitySystem", "identityValue");
    List<Contacts.Match> matches = contacts.find(request);
    return list(
        matches,
        0,
        50,
        match -> JsonNodes.object("contact", match.contact(), "score", match.score()));
  }

  private Answer consents(Request request) {
    List<JsonNode> consents = contacts.consent(request.variable("id"), request.json());
    return list(new ArrayList<>(consents), 0, 200, ObjectNode.class::cast);
  }

  private Answer restrictions(Request request) {
    ObjectNode contact = contacts.contact(request.variable("id"));
    ObjectNode told = JsonNodes.object();
    for (String field : List.of("id", "status", "mergedInto", "statusChangedAt", "restrictions")) {
      told.set(field, contact.path(field));
    }
    return ok(told);
  }

  private Answer findCases(Request request) {
    request.allowQuery(
        "contactId",
        "status",
        "assignee",
        "dedupeKey",
        "linkType",
        "linkId",
        "updatedSince",
        "offset",
        "limit");
    int offset = request.query("offset", 0, 0, 1_000_000);
    int limit = request.query("limit", 50, 1, 200);
    @Nullable Set<String> statuses =
        request.query("status").map(text -> Set.of(text.split(",", 10))).orElse(null);
    return list(
        cases.find(
            request.query("contactId").orElse(null),
            statuses,
            request.query("assignee").orElse(null),
            request.query("dedupeKey").orElse(null),
            request.query("linkType").orElse(null),
            request.query("linkId").orElse(null),
            request.queryTime("updatedSince").orElse(null)),
        offset,
        limit,
        found -> cases.json(found, false));
  }

  private Answer openCase(Request request) {
    Body body = request.json();
    Cases.Opened opened = cases.open(body);
    ObjectNode data = data(cases.json(opened.found(), true));
    return opened.existing() ? Answer.ok(data) : Answer.created(data);
  }
}
