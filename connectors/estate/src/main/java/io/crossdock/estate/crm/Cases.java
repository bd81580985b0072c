package io.crossdock.estate.crm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.Body;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.world.Bounded;
import io.crossdock.estate.world.EstateClock;
import io.crossdock.estate.world.World;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The cases of customer service: computed from the number until something changes them. */
final class Cases {

  private static final int KEPT = 5000;
  private static final Duration FIRST_RESPONSE = Duration.ofHours(4);
  private static final Duration RESOLUTION = Duration.ofDays(3);
  private static final List<String> TYPES =
      List.of(
          "refund",
          "question",
          "delivery",
          "complaint",
          "return",
          "loyalty",
          "pricing",
          "incident");
  private static final List<String> STATUSES =
      List.of("open", "new", "pending", "on_hold", "solved", "closed");
  private static final List<String> PRIORITIES = List.of("normal", "high", "low", "urgent");
  private static final Set<String> CHANNELS =
      Set.of("store", "web", "app", "marketplace", "phone", "system");
  private static final Set<String> LINKS =
      Set.of(
          "order",
          "return",
          "loyalty_entry",
          "redemption",
          "shipment",
          "refund",
          "posting",
          "case",
          "process");
  private static final Set<String> AUTHORS =
      Set.of("customer", "associate", "agent", "operator", "system");
  private static final Set<String> WORKING = Set.of("open", "pending", "on_hold");
  private static final Map<String, String> SUBJECTS =
      Map.of(
          "refund", "Refund missing after return",
          "question", "Question about an order",
          "delivery", "Parcel has not arrived",
          "complaint", "Unhappy with the service",
          "return", "Wants to return a jacket",
          "loyalty", "Points missing after purchase",
          "pricing", "Price differs from the leaflet",
          "incident", "Process stopped");

  private final EstateClock clock;
  private final Map<Integer, Case> changed = new Bounded<>(KEPT);
  private int last = World.LAST_CASE;

  /** One case, and what its clocks need to know. */
  static final class Case {
    final int number;
    final ObjectNode document;
    final Instant createdAt;
    Instant updatedAt;
    @Nullable Instant respondedAt;
    @Nullable Instant solvedAt;
    @Nullable Instant closedAt;
    @Nullable Instant pausedAt;
    Duration paused = Duration.ZERO;

    private Case(int number, ObjectNode document, Instant createdAt) {
      this.number = number;
      this.document = document;
      this.createdAt = createdAt;
      this.updatedAt = createdAt;
    }

    String status() {
      return document.path("status").asText();
    }

    private ArrayNode comments() {
      return document.withArray("/comments");
    }

    private ArrayNode links() {
      return document.withArray("/links");
    }
  }

  /** What came of opening a case. */
  record Opened(Case found, boolean existing) {}

  Cases(EstateClock clock) {
    this.clock = clock;
  }

  void reset() {
    changed.clear();
    last = World.LAST_CASE;
  }

  // Finding.

  Case found(String id) {
    OptionalInt number = World.number(id, "CASE-", World.FIRST_CASE, last);
    if (number.isEmpty()) {
      throw Refusal.of(404, "no case " + id);
    }
    Case known = changed.get(number.getAsInt());
    if (known == null && number.getAsInt() > World.LAST_CASE) {
      throw Refusal.of(404, "no case " + id);
    }
    return known == null ? computed(number.getAsInt()) : known;
  }

  /** The cases that fit, the last changed first; null means any. */
  List<Case> find(
      @Nullable String contact,
      @Nullable Set<String> statuses,
      @Nullable String assignee,
      @Nullable String dedupeKey,
      @Nullable String linkType,
      @Nullable String linkId,
      @Nullable Instant updatedSince) {
    return candidates(contact)
        .filter(each -> contact == null || is(each, "contactId", contact))
        .filter(each -> statuses == null || statuses.contains(each.status()))
        .filter(each -> assignee == null || is(each, "assignee", assignee))
        .filter(each -> dedupeKey == null || is(each, "dedupeKey", dedupeKey))
        .filter(each -> (linkType == null && linkId == null) || links(each, linkType, linkId))
        .filter(each -> updatedSince == null || !each.updatedAt.isBefore(updatedSince))
        .sorted(
            Comparator.comparing((Case each) -> each.updatedAt)
                .thenComparingInt(each -> each.number)
                .reversed())
        .toList();
  }

  private Stream<Case> candidates(@Nullable String contact) {
    IntStream untouched = IntStream.rangeClosed(World.FIRST_CASE, World.LAST_CASE);
    if (contact != null) {
      int customer = World.number(contact, "C-", World.FIRST, World.LAST_CUSTOMER).orElse(0);
      int first = World.FIRST_CASE + (customer - World.FIRST) / 40 * 2;
      untouched =
          customer == 0 || (customer - World.FIRST) % 40 != 0
              ? IntStream.empty()
              : IntStream.of(first, first + 1).filter(number -> number <= World.LAST_CASE);
    }
    return Stream.concat(
        changed.values().stream(),
        untouched.filter(number -> !changed.containsKey(number)).mapToObj(this::computed));
  }

  private static boolean is(Case each, String field, String value) {
    return each.document.path(field).asText().equals(value);
  }

  private static boolean links(Case each, @Nullable String type, @Nullable String id) {
    return StreamSupport.stream(each.document.path("links").spliterator(), false)
        .anyMatch(link ->
            (type == null || link.path("type").asText().equals(type))
                && (id == null || link.path("id").asText().equals(id)));
  }

  private Case computed(int number) {
    int index = number - World.FIRST_CASE;
    String type = TYPES.get(index % TYPES.size());
    String status =
        index < 2 ? STATUSES.getFirst() : STATUSES.get(World.pick(number, 71, STATUSES.size()));
    Instant created = clock.day(-2L - World.pick(number, 72, 60), 9);
    Instant answered = created.plus(Duration.ofHours(2));
    int customer = World.FIRST + 40 * (index / 2);
    boolean done = status.equals("solved") || status.equals("closed");
    ObjectNode document =
        JsonNodes.object(
            "id",
            "CASE-" + number,
            "version",
            1,
            "status",
            status,
            "type",
            type,
            "priority",
            PRIORITIES.get(World.pick(number, 73, PRIORITIES.size())),
            "subject",
            SUBJECTS.get(type),
            "description",
            "The customer wrote about order EU-001:till-03:" + (100_000 + index) + ".",
            "contactId",
            "C-" + customer,
            "channel",
            index % 2 == 0 ? "phone" : "web",
            "assignee",
            status.equals("new") ? null : "team-" + type,
            "links",
            List.of(
                JsonNodes.object(
                    "type",
                    "order",
                    "id",
                    "EU-001:till-03:" + (100_000 + index) + ":" + clock.startDay().minusDays(70),
                    "line",
                    null)),
            "comments",
            List.of(),
            "resolution",
            done ? JsonNodes.object("code", "REFUND_REPEATED", "text", "Refunded again.") : null,
            "dedupeKey",
            null);
    Case made = new Case(number, document, created);
    if (!status.equals("new")) {
      made.respondedAt = answered;
      made.comments()
          .add(
              comment(
                  made,
                  false,
                  "Looked at it, refund is under way.",
                  JsonNodes.object("kind", "agent", "id", "agent-7"),
                  created.plus(Duration.ofHours(1))))
          .add(
              comment(
                  made,
                  true,
                  "We are looking into it.",
                  JsonNodes.object("kind", "agent", "id", "agent-7"),
                  answered));
      made.updatedAt = answered;
    }
    if (status.equals("pending")) {
      made.pausedAt = answered;
    }
    if (done) {
      made.solvedAt = created.plus(Duration.ofHours(30));
      made.updatedAt = created.plus(Duration.ofHours(30));
    }
    if (status.equals("closed")) {
      made.closedAt = created.plus(Duration.ofHours(40));
      made.updatedAt = created.plus(Duration.ofHours(40));
    }
    return made;
  }

  private static ObjectNode comment(
      Case of, boolean open, String text, ObjectNode author, Instant at) {
    int index = of.document.path("comments").size() + 1;
    return JsonNodes.object(
        "id", "CM-" + of.number + "-" + index,
        "public", open,
        "text", text,
        "author", author,
        "at", at);
  }

  // Telling.

  ObjectNode json(Case told, boolean withComments) {
    ObjectNode json = told.document.deepCopy();
    if (!withComments) {
      json.remove("comments");
    }
    json.set("sla", JsonNodes.array(List.of(firstResponse(told), resolution(told))));
    json.setAll(
        JsonNodes.object(
            "createdAt", told.createdAt,
            "updatedAt", told.updatedAt,
            "solvedAt", told.solvedAt,
            "closedAt", told.closedAt));
    return json;
  }

  private ObjectNode firstResponse(Case of) {
    return sla(
        "first_response", FIRST_RESPONSE, of.createdAt.plus(FIRST_RESPONSE), of.respondedAt, null);
  }

  private ObjectNode resolution(Case of) {
    Instant due = of.createdAt.plus(RESOLUTION).plus(of.paused);
    return sla("resolution", RESOLUTION, due, of.solvedAt, of.pausedAt);
  }

  private ObjectNode sla(
      String kind,
      Duration target,
      Instant due,
      @Nullable Instant metAt,
      @Nullable Instant pausedAt) {
    Instant now = clock.instant();
    Instant until = pausedAt == null ? now : pausedAt;
    String state;
    if (metAt != null) {
      state = metAt.isAfter(due) ? "breached" : "met";
    } else if (until.isAfter(due)) {
      state = "breached";
    } else {
      state = pausedAt == null ? "running" : "paused";
    }
    Instant shownDue = pausedAt == null ? due : due.plus(Duration.between(pausedAt, now));
    return JsonNodes.object(
        "kind", kind,
        "state", state,
        "targetSeconds", target.toSeconds(),
        "dueAt", shownDue,
        "remainingSeconds", metAt == null ? Duration.between(until, due).toSeconds() : null,
        "metAt", metAt);
  }

  // Changing.

  Opened open(Body body) {
    String type =
        body.word("type", Set.copyOf(TYPES)).orElseThrow(() -> Refusal.field("type", "missing"));
    String subject = body.text("subject");
    Optional<String> dedupeKey = body.optional("dedupeKey");
    ObjectNode document =
        JsonNodes.object(
            "id", "",
            "version", 1,
            "status", "new",
            "type", type,
            "priority", body.word("priority", Set.copyOf(PRIORITIES)).orElse("normal"),
            "subject", subject,
            "description", body.optional("description").orElse(null),
            "contactId", body.optional("contactId").orElse(null),
            "channel", body.word("channel", CHANNELS).orElse("system"),
            "assignee", body.optional("assignee").orElse(null),
            "links", links(body, "links"),
            "comments", List.of(),
            "resolution", null,
            "dedupeKey", dedupeKey.orElse(null));
    List<NewComment> comments = comments(body, "comments");
    body.end();
    if (dedupeKey.isPresent()) {
      Optional<Case> known =
          changed.values().stream()
              .filter(
                  each -> is(each, "dedupeKey", dedupeKey.get()) && !each.status().equals("closed"))
              .findFirst();
      if (known.isPresent()) {
        return new Opened(known.get(), true);
      }
    }
    Case made = new Case(++last, document.put("id", "CASE-" + last), clock.instant());
    comments.forEach(each -> add(made, each));
    changed.put(last, made);
    return new Opened(made, false);
  }

  private record NewComment(
      boolean open, String text, ObjectNode author, @Nullable String reference) {}

  private static List<NewComment> comments(Body body, String field) {
    return body.list(field, 50).stream().map(Cases::newComment).toList();
  }

  private static NewComment newComment(Body body) {
    boolean open = body.bool("public").orElse(false);
    String text = body.text("text");
    String reference = body.optional("reference").orElse(null);
    ObjectNode author =
        body.object("author")
            .map(each -> {
              ObjectNode made =
                  JsonNodes.object(
                      "kind", each.word("kind", AUTHORS).orElse("system"),
                      "id", each.optional("id").orElse(null));
              each.end();
              return made;
            })
            .orElseGet(() -> JsonNodes.object("kind", "system", "id", null));
    body.end();
    return new NewComment(open, text, author, reference);
  }

  /** Adds a comment; one whose reference is there already is the same comment again. */
  private void add(Case to, NewComment comment) {
    String reference = comment.reference();
    if (reference != null
        && StreamSupport.stream(to.comments().spliterator(), false)
            .anyMatch(known -> known.path("reference").asText().equals(reference))) {
      return;
    }
    to.comments()
        .add(
            comment(to, comment.open(), comment.text(), comment.author(), clock.instant())
                .put("reference", reference));
    boolean byRetailer = !comment.author().path("kind").asText().equals("customer");
    if (comment.open() && byRetailer && to.respondedAt == null) {
      to.respondedAt = clock.instant();
    }
  }

  private static List<ObjectNode> links(Body body, String field) {
    List<ObjectNode> links = new ArrayList<>();
    for (Body each : body.list(field, 50)) {
      links.add(
          JsonNodes.object(
              "type",
                  each.word("type", LINKS)
                      .orElseThrow(() -> Refusal.field(each.path("type"), "missing")),
              "id", each.text("id"),
              "line", each.optional("line").orElse(null)));
      each.end();
    }
    return links;
  }

  ObjectNode comment(String id, Body body) {
    Case to = changeable(id);
    add(to, newComment(body));
    return changed(to);
  }

  private Case changeable(String id) {
    Case found = found(id);
    if (found.status().equals("closed")) {
      throw transition("closed", "any change");
    }
    return found;
  }

  private static Refusal transition(String from, String to) {
    return Refusal.of(409, "invalid_transition", "from " + from + " to " + to + " is not possible")
        .with(JsonNodes.object("status", from));
  }

  private ObjectNode changed(Case of) {
    of.document.put("version", of.document.path("version").asLong() + 1);
    of.updatedAt = clock.instant();
    changed.put(of.number, of);
    return json(of, true);
  }

  ObjectNode change(String id, Body body) {
    Case found = changeable(id);
    Optional<Long> version = body.integer("version", 0, Long.MAX_VALUE);
    Optional<String> status = body.word("status", Set.copyOf(STATUSES));
    ObjectNode fields = JsonNodes.object();
    body.word("priority", Set.copyOf(PRIORITIES)).ifPresent(value -> fields.put("priority", value));
    body.word("type", Set.copyOf(TYPES)).ifPresent(value -> fields.put("type", value));
    for (String name : List.of("subject", "assignee", "contactId")) {
      body.optional(name).ifPresent(value -> fields.put(name, value));
    }
    body.object("resolution")
        .ifPresent(each -> {
          fields.set(
              "resolution",
              JsonNodes.object(
                  "code", each.text("code"), "text", each.optional("text").orElse(null)));
          each.end();
        });
    List<ObjectNode> links = links(body, "addLinks");
    List<NewComment> comments = comments(body, "addComments");
    body.end();
    if (version.isPresent() && version.get() != found.document.path("version").asLong()) {
      throw Refusal.of(409, "version_conflict", id + " has changed")
          .with(JsonNodes.object("version", found.document.path("version")));
    }
    status.ifPresent(next -> checkTransition(found, next, fields.has("resolution")));
    found.document.setAll(fields);
    for (ObjectNode link : links) {
      boolean known =
          StreamSupport.stream(found.links().spliterator(), false).anyMatch(link::equals);
      if (!known) {
        found.links().add(link);
      }
    }
    comments.forEach(each -> add(found, each));
    status.ifPresent(next -> move(found, next));
    return changed(found);
  }

  private static void checkTransition(Case found, String to, boolean resolved) {
    String from = found.status();
    boolean possible =
        from.equals(to)
            || switch (from) {
              case "new", "open", "pending", "on_hold" ->
                  WORKING.contains(to) || to.equals("solved");
              case "solved" -> to.equals("open") || to.equals("closed");
              default -> false;
            };
    if (!possible) {
      throw transition(from, to);
    }
    if (to.equals("solved") && !resolved && found.document.path("resolution").isNull()) {
      throw Refusal.of(422, "validation_failed", "resolution: missing").at("resolution");
    }
  }

  private void move(Case found, String to) {
    Instant now = clock.instant();
    if (found.pausedAt != null && !to.equals("pending")) {
      found.paused = found.paused.plus(Duration.between(found.pausedAt, now));
      found.pausedAt = null;
    }
    if (to.equals("pending") && found.pausedAt == null) {
      found.pausedAt = now;
    }
    if (to.equals("solved") && found.solvedAt == null) {
      found.solvedAt = now;
    }
    if (to.equals("closed")) {
      found.closedAt = now;
    }
    if (WORKING.contains(to)) {
      found.solvedAt = null;
      found.document.putNull("resolution");
    }
    found.document.put("status", to);
  }
}
