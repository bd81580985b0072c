package io.crossdock.estate.crm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.Body;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import io.crossdock.estate.world.Bounded;
import io.crossdock.estate.world.EstateClock;
import io.crossdock.estate.world.World;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * The contacts of the CRM, as the documents it answers with: computed from the number until
 * something changes them.
 */
final class Contacts {

  private static final int KEPT = 5000;
  private static final List<String> STREETS =
      List.of(
          "Unter den Linden", "Hauptstraße", "Gartenweg", "Am Markt", "Rue de la Paix", "Via Roma");
  private static final List<String> TOWNS =
      List.of("Berlin", "Hamburg", "Wien", "Köln", "Graz", "Leipzig");
  private static final Set<String> LOCKED = Set.of("MERGED", "ERASE_REQUESTED", "ERASED");
  private static final Set<String> WRITABLE =
      new LinkedHashSet<>(
          List.of(
              "firstName",
              "lastName",
              "company",
              "emails",
              "phones",
              "addresses",
              "birthDate",
              "language",
              "homeStore",
              "segments"));

  private final EstateClock clock;
  private final Map<Integer, ObjectNode> changed = new Bounded<>(KEPT);
  private int last = World.LAST_CUSTOMER;

  /** A contact that a look-up found. */
  record Match(ObjectNode contact, double score) {}

  Contacts(EstateClock clock) {
    this.clock = clock;
  }

  void reset() {
    changed.clear();
    last = World.LAST_CUSTOMER;
  }

  // Finding.

  ObjectNode contact(String id) {
    OptionalInt number = World.number(id, "C-", World.FIRST, last);
    if (number.isEmpty()) {
      throw Refusal.of(404, "no contact " + id);
    }
    return contact(number.getAsInt());
  }

  private ObjectNode contact(int number) {
    ObjectNode known = changed.get(number);
    if (known == null && number > World.LAST_CUSTOMER) {
      throw Refusal.of(404, "no contact C-" + number);
    }
    return known == null ? computed(number) : known;
  }

  /** Everybody that a look-up finds, the surest first. */
  List<Match> find(Request request) {
    Set<Integer> candidates = new LinkedHashSet<>(changed.keySet());
    Optional<String> card = request.query("card");
    Optional<String> email = request.query("email").map(text -> text.toLowerCase(Locale.ROOT));
    Optional<String> phone = request.query("phone");
    Optional<String> loyalty = request.query("loyaltyId");
    Optional<String> system = request.query("identitySystem");
    Optional<String> value = request.query("identityValue");
    if (card.isEmpty()
        && email.isEmpty()
        && phone.isEmpty()
        && loyalty.isEmpty()
        && (system.isEmpty() || value.isEmpty())) {
      throw Refusal.of(
          400, "card, email, phone, loyaltyId or identitySystem with identityValue expected");
    }
    card.flatMap(text -> World.memberOfCard(text).stream().boxed().findFirst())
        .ifPresent(candidates::add);
    email
        .flatMap(text -> World.customerOfEmail(text).stream().boxed().findFirst())
        .ifPresent(candidates::add);
    phone
        .flatMap(text -> World.customerOfPhone(text).stream().boxed().findFirst())
        .ifPresent(owner -> {
          candidates.add(owner);
          if (owner % 10 == 4) {
            candidates.add(owner + 1);
          }
        });
    loyalty
        .flatMap(text ->
            World.number(text, "M-", World.FIRST, World.LAST_MEMBER).stream().boxed().findFirst())
        .ifPresent(candidates::add);
    value.flatMap(text -> numberOfIdentity(system.orElse(""), text)).ifPresent(candidates::add);
    return candidates.stream()
        .map(this::contact)
        .filter(contact ->
            !LOCKED.contains(contact.path("status").asText())
                || contact.path("status").asText().equals("ERASE_REQUESTED"))
        .map(contact ->
            new Match(contact, score(contact, card, email, phone, loyalty, system, value)))
        .filter(match -> match.score() > 0)
        .sorted(
            Comparator.comparingDouble(Match::score)
                .reversed()
                .thenComparing(match -> match.contact().path("id").asText()))
        .toList();
  }

  private static Optional<Integer> numberOfIdentity(String system, String value) {
    return switch (system) {
      case "loyalty" ->
          World.number(value, "M-", World.FIRST, World.LAST_MEMBER).stream().boxed().findFirst();
      case "erp-eu" ->
          value.matches("0{4}[0-9]{6}")
              ? World.number(value.replaceFirst("^0+(?=.)", ""), World.FIRST, World.LAST_CUSTOMER)
                  .stream()
                  .boxed()
                  .findFirst()
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** How sure it is that a contact is meant, 0 when it is not; all criteria must fit. */
  private static double score(
      ObjectNode contact,
      Optional<String> card,
      Optional<String> email,
      Optional<String> phone,
      Optional<String> loyalty,
      Optional<String> system,
      Optional<String> value) {
    double score = 1;
    if (card.isPresent() && !texts(contact.path("cards")).contains(card.get())) {
      return 0;
    }
    if (loyalty.isPresent() && !hasIdentity(contact, "loyalty", loyalty.get())) {
      return 0;
    }
    if (system.isPresent()
        && value.isPresent()
        && !hasIdentity(contact, system.get(), value.get())) {
      return 0;
    }
    if (email.isPresent()) {
      score = Math.min(score, contactScore(contact.path("emails"), "address", email.get()));
    }
    if (phone.isPresent()) {
      double found = contactScore(contact.path("phones"), "number", phone.get());
      score = Math.min(score, contact.path("householdId").isNull() ? found : found * 0.9);
    }
    return score;
  }

  private static double contactScore(JsonNode list, String field, String wanted) {
    for (JsonNode each : list) {
      if (each.path(field).asText().equalsIgnoreCase(wanted)) {
        return each.path("verified").asBoolean() ? 1 : 0.8;
      }
    }
    return 0;
  }

  private static boolean hasIdentity(ObjectNode contact, String system, String value) {
    return StreamSupport.stream(contact.path("identities").spliterator(), false)
        .anyMatch(each ->
            each.path("system").asText().equals(system)
                && each.path("value").asText().equals(value));
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  // What was there at the start.

  private ObjectNode computed(int number) {
    boolean member = number <= World.LAST_MEMBER;
    String status =
        switch (number % 100) {
          case 31 -> "LOCKED";
          case 32 -> "ERASE_REQUESTED";
          case 33 -> "ERASED";
          case 34 -> "DORMANT";
          default -> "ACTIVE";
        };
    Instant created = clock.day(-400L - World.pick(number, 21, 1500), 10);
    Instant updated = clock.day(-1L - World.pick(number, 61, 200), 15);
    ObjectNode contact = empty("C-" + number, status, created, updated);
    if (status.equals("ERASED")) {
      return contact;
    }
    int town = World.pick(number, 62, TOWNS.size());
    boolean first = number == World.FIRST;
    contact.setAll(
        JsonNodes.object(
            "firstName",
            World.givenName(number),
            "lastName",
            World.familyName(number),
            "emails",
            List.of(
                JsonNodes.object(
                    "address", World.email(number), "verified", number % 3 != 0 || first)),
            "phones",
            List.of(
                JsonNodes.object(
                    "number", World.phone(number), "verified", number % 4 != 0 || first)),
            "addresses",
            List.of(
                JsonNodes.object(
                    "type",
                    "shipping",
                    "recipient",
                    null,
                    "lines",
                    List.of(
                        first
                            ? "Unter den Linden 1"
                            : STREETS.get(World.pick(number, 63, STREETS.size()))
                                + " "
                                + (1 + World.pick(number, 64, 120))),
                    "postalCode",
                    first ? "10117" : Integer.toString(10_000 + World.pick(number, 65, 80_000)),
                    "city",
                    first ? "Berlin" : TOWNS.get(town),
                    "region",
                    null,
                    "country",
                    first || !Set.of("Wien", "Graz").contains(TOWNS.get(town)) ? "DE" : "AT")),
            "birthDate",
            first
                ? LocalDate.of(1985, 12, 10)
                : LocalDate.of(
                    1950 + World.pick(number, 66, 55),
                    1 + World.pick(number, 67, 12),
                    1 + World.pick(number, 68, 28)),
            "language",
            "de-DE",
            "homeStore",
            first ? "EU-001" : World.storeId("EU", 1 + World.pick(number, 69, World.EU_STORES)),
            "segments",
            number % 2 == 1 ? List.of("frequent") : List.of(),
            "loyaltyId",
            member ? "M-" + number : null,
            "cards",
            member ? List.of(World.card(number)) : List.of(),
            "householdId",
            number % 10 == 4 || number % 10 == 5 ? "H-" + number / 10 : null));
    if (member) {
      identities(contact)
          .add(identity("loyalty", "MEMBER", "M-" + number, "shared_id", 1.0, created));
    }
    identities(contact)
        .add(
            identity(
                "erp-eu",
                "CUSTOMER",
                String.format(Locale.ROOT, "%010d", number),
                "probabilistic",
                0.97,
                updated));
    ObjectNode sources = JsonNodes.object();
    for (String field :
        List.of(
            "firstName",
            "lastName",
            "emails",
            "phones",
            "addresses",
            "birthDate",
            "language",
            "homeStore",
            "segments")) {
      sources.set(
          field, source("crm", updated, field.equals("emails") ? "verified" : "source_priority"));
    }
    contact.set("fieldSources", sources);
    if (status.equals("LOCKED")) {
      contact.set(
          "restrictions",
          JsonNodes.array(
              List.of(
                  JsonNodes.object(
                      "kind",
                      "credit",
                      "reason",
                      "CREDIT_LIMIT",
                      "system",
                      "erp-eu",
                      "until",
                      null))));
    }
    contact.set(
        "consents",
        JsonNodes.array(
            List.of(
                consent("marketing", "email", number % 3 == 0 ? "denied" : "granted", updated),
                consent("loyalty", "any", member ? "granted" : "denied", created))));
    return contact;
  }

  private static ObjectNode empty(String id, String status, Instant created, Instant updated) {
    return JsonNodes.object(
        "id",
        id,
        "version",
        1,
        "status",
        status,
        "mergedInto",
        null,
        "firstName",
        null,
        "lastName",
        null,
        "company",
        null,
        "emails",
        List.of(),
        "phones",
        List.of(),
        "addresses",
        List.of(),
        "birthDate",
        null,
        "language",
        null,
        "homeStore",
        null,
        "segments",
        List.of(),
        "loyaltyId",
        null,
        "cards",
        List.of(),
        "householdId",
        null,
        "identities",
        List.of(),
        "fieldSources",
        JsonNodes.object(),
        "restrictions",
        List.of(),
        "consents",
        List.of(),
        "createdAt",
        created,
        "updatedAt",
        updated,
        "statusChangedAt",
        created);
  }

  private static ArrayNode identities(ObjectNode contact) {
    return contact.withArray("/identities");
  }

  private static ObjectNode identity(
      String system, String type, String value, String method, double confidence, Instant at) {
    return JsonNodes.object(
        "system", system,
        "type", type,
        "value", value,
        "method", method,
        "confidence", confidence,
        "linkedAt", at);
  }

  private static ObjectNode source(String system, Instant at, String rule) {
    return JsonNodes.object("system", system, "at", at, "rule", rule);
  }

  private static ObjectNode consent(
      String purpose, @org.jspecify.annotations.Nullable String channel, String state, Instant at) {
    return JsonNodes.object(
        "purpose",
        purpose,
        "channel",
        channel,
        "state",
        state,
        "basis",
        "consent",
        "decidedAt",
        at,
        "textVersion",
        "privacy-2026-03",
        "source",
        "crm",
        "expiresAt",
        null);
  }

  // Changing.

  ObjectNode create(Body body) {
    Map<String, JsonNode> fields = fields(body);
    List<ObjectNode> identities = newIdentities(body);
    Instant asOf = body.time("asOf").orElseGet(clock::instant);
    String system = body.optional("sourceSystem").orElse("crm");
    body.end();
    for (ObjectNode identity : identities) {
      owner(identity)
          .ifPresent(owner -> {
            throw duplicate(owner);
          });
    }
    Instant now = clock.instant();
    ObjectNode contact = empty("C-" + ++last, "ACTIVE", now, now);
    fields.forEach((name, value) -> {
      contact.set(name, value);
      contact.withObject("/fieldSources").set(name, source(system, asOf, "only_value"));
    });
    identities.forEach(identity -> link(contact, identity));
    changed.put(last, contact);
    return contact;
  }

  private static Refusal duplicate(ObjectNode owner) {
    return Refusal.of(409, "duplicate", "the identity belongs to another contact")
        .with(JsonNodes.object("existingId", owner.path("id").asText()));
  }

  private Optional<ObjectNode> owner(ObjectNode identity) {
    String system = identity.path("system").asText();
    String value = identity.path("value").asText();
    Set<Integer> candidates = new LinkedHashSet<>(changed.keySet());
    numberOfIdentity(system, value).ifPresent(candidates::add);
    return candidates.stream()
        .map(this::contact)
        .filter(contact -> !LOCKED.contains(contact.path("status").asText()))
        .filter(contact -> hasIdentity(contact, system, value))
        .findFirst();
  }

  private static void link(ObjectNode contact, ObjectNode identity) {
    if (!hasIdentity(contact, identity.path("system").asText(), identity.path("value").asText())) {
      identities(contact).add(identity);
      if (identity.path("system").asText().equals("loyalty")
          && contact.path("loyaltyId").isNull()) {
        contact.put("loyaltyId", identity.path("value").asText());
      }
    }
  }

  ObjectNode change(String id, Body body) {
    ObjectNode contact = open(id);
    checkVersion(body, "version", contact);
    Map<String, JsonNode> fields = fields(body);
    List<ObjectNode> identities = newIdentities(body);
    Instant asOf = body.time("asOf").orElseGet(clock::instant);
    String system = body.optional("sourceSystem").orElse("crm");
    body.end();
    for (ObjectNode identity : identities) {
      owner(identity)
          .filter(owner -> !owner.path("id").asText().equals(id))
          .ifPresent(owner -> {
            throw duplicate(owner);
          });
    }
    fields.forEach((name, value) -> {
      String known = contact.path("fieldSources").path(name).path("at").asText();
      if (known.isEmpty() || !Instant.parse(known).isAfter(asOf)) {
        contact.set(name, withProofs(contact.path(name), value));
        contact.withObject("/fieldSources").set(name, source(system, asOf, "most_recent"));
      }
    });
    identities.forEach(identity -> link(contact, identity));
    return changed(contact);
  }

  /** An address or number that was verified stays so, whatever is written around it. */
  private static JsonNode withProofs(JsonNode before, JsonNode after) {
    for (JsonNode each : after) {
      for (JsonNode known : before) {
        if (each instanceof ObjectNode contact
            && known.path("verified").asBoolean()
            && known.path("address").equals(contact.path("address"))
            && known.path("number").equals(contact.path("number"))) {
          contact.put("verified", true);
        }
      }
    }
    return after;
  }

  /** A contact that may be changed. */
  private ObjectNode open(String id) {
    ObjectNode contact = contact(id);
    if (LOCKED.contains(contact.path("status").asText())) {
      throw Refusal.of(409, "record_locked", "the contact is " + contact.path("status").asText())
          .with(
              JsonNodes.object(
                  "status", contact.path("status"), "mergedInto", contact.path("mergedInto")));
    }
    return contact;
  }

  private ObjectNode changed(ObjectNode contact) {
    contact.put("version", contact.path("version").asLong() + 1);
    contact.put("updatedAt", JsonNodes.time(clock.instant()));
    changed.put(Integer.parseInt(contact.path("id").asText().substring(2)), contact);
    return contact;
  }

  private static void checkVersion(Body body, String field, ObjectNode contact) {
    Optional<Long> expected = body.integer(field, 0, Long.MAX_VALUE);
    if (expected.isPresent() && expected.get() != contact.path("version").asLong()) {
      throw Refusal.of(409, "version_conflict", contact.path("id").asText() + " has changed")
          .with(JsonNodes.object("version", contact.path("version")));
    }
  }

  /** The writable fields that are given, null included. */
  private static Map<String, JsonNode> fields(Body body) {
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    for (String name : WRITABLE) {
      if (body.has(name)) {
        fields.put(name, field(body, name));
      }
    }
    return fields;
  }

  private static JsonNode field(Body body, String name) {
    return switch (name) {
      case "emails" ->
          JsonNodes.array(
              body.list(name, 20).stream()
                  .map(each -> channel(each, "address", "[^@\\s]{1,64}@[^@\\s]{1,255}"))
                  .toList());
      case "phones" ->
          JsonNodes.array(
              body.list(name, 20).stream()
                  .map(each -> channel(each, "number", "\\+[1-9][0-9]{5,14}"))
                  .toList());
      case "addresses" ->
          JsonNodes.array(body.list(name, 20).stream().map(Contacts::address).toList());
      case "segments" -> JsonNodes.array(body.texts(name, 100));
      case "birthDate" ->
          JsonNodes.object(name, body.optional(name).map(Contacts::day).orElse(null)).path(name);
      default -> JsonNodes.object(name, body.optional(name).orElse(null)).path(name);
    };
  }

  private static ObjectNode channel(Body body, String field, String pattern) {
    String value = body.text(field);
    boolean verified = body.bool("verified").orElse(false);
    body.end();
    if (!value.matches(pattern)) {
      // The value is personal: it is not repeated.
      throw Refusal.of(422, "validation_failed", body.path(field) + ": not valid")
          .at(body.path(field));
    }
    return JsonNodes.object(field, value, "verified", verified);
  }

  private static ObjectNode address(Body body) {
    ObjectNode address =
        JsonNodes.object(
            "type", body.word("type", Set.of("shipping", "billing", "any")).orElse(null),
            "recipient", body.optional("recipient").orElse(null),
            "lines", body.texts("lines", 10),
            "postalCode", body.optional("postalCode").orElse(null),
            "city", body.optional("city").orElse(null),
            "region", body.optional("region").orElse(null),
            "country", body.text("country"));
    body.end();
    return address;
  }

  private static LocalDate day(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeException e) {
      throw Refusal.of(422, "validation_failed", "birthDate: not a day").at("birthDate");
    }
  }

  private List<ObjectNode> newIdentities(Body body) {
    List<ObjectNode> identities = new ArrayList<>();
    for (Body each : body.list("identities", 20)) {
      identities.add(
          identity(
              each.text("system"),
              each.text("type"),
              each.text("value"),
              each.word(
                      "method", Set.of("shared_id", "verified_contact", "probabilistic", "manual"))
                  .orElse("manual"),
              each.number("confidence").map(java.math.BigDecimal::doubleValue).orElse(1.0),
              each.time("linkedAt").orElseGet(clock::instant)));
      each.end();
    }
    return identities;
  }

  /** Records decisions and lists all that are in force, newest first. */
  List<JsonNode> consent(String id, Body body) {
    ObjectNode contact = open(id);
    List<ObjectNode> decided = new ArrayList<>();
    for (Body each : body.list("consents", 100)) {
      decided.add(
          JsonNodes.object(
              "purpose",
                  each.word(
                          "purpose",
                          Set.of(
                              "marketing",
                              "personalisation",
                              "analytics",
                              "loyalty",
                              "sharing",
                              "service"))
                      .orElseThrow(() -> Refusal.field(each.path("purpose"), "missing")),
              "channel",
                  each.word(
                          "channel",
                          Set.of("any", "email", "sms", "phone", "push", "post", "whatsapp"))
                      .orElse(null),
              "state",
                  each.word("state", Set.of("granted", "denied", "pending"))
                      .orElseThrow(() -> Refusal.field(each.path("state"), "missing")),
              "basis",
                  each.word(
                          "basis",
                          Set.of("consent", "contract", "legal_obligation", "legitimate_interest"))
                      .orElse(null),
              "decidedAt", each.time("decidedAt").orElseGet(clock::instant),
              "textVersion", each.optional("textVersion").orElse(null),
              "source", each.optional("source").orElse("crm"),
              "expiresAt", each.time("expiresAt").orElse(null)));
      each.end();
    }
    body.end();
    Map<String, JsonNode> inForce = new LinkedHashMap<>();
    for (JsonNode known : contact.path("consents")) {
      inForce.put(key(known), known);
    }
    for (ObjectNode each : decided) {
      inForce.merge(
          key(each),
          each,
          (known, next) -> decidedAt(next).isBefore(decidedAt(known)) ? known : next);
    }
    List<JsonNode> newestFirst = new ArrayList<>(inForce.values());
    newestFirst.sort(Comparator.comparing(Contacts::decidedAt).reversed());
    contact.set("consents", JsonNodes.array(newestFirst));
    changed(contact);
    return newestFirst;
  }

  private static String key(JsonNode consent) {
    return consent.path("purpose").asText() + "/" + consent.path("channel").asText();
  }

  private static Instant decidedAt(JsonNode consent) {
    return Instant.parse(consent.path("decidedAt").asText());
  }

  /** Makes one contact part of another. */
  ObjectNode merge(String survivorId, Body body) {
    ObjectNode survivor = open(survivorId);
    String mergedId = body.text("mergedId");
    List<String> take = body.texts("takeFields", WRITABLE.size());
    checkVersion(body, "version", survivor);
    ObjectNode merged = open(mergedId);
    checkVersion(body, "mergedVersion", merged);
    body.end();
    if (mergedId.equals(survivorId)) {
      throw Refusal.of(422, "validation_failed", "a contact cannot be merged into itself")
          .at("mergedId");
    }
    for (String name : take) {
      if (!WRITABLE.contains(name)) {
        throw Refusal.field(
            "takeFields", name + " (expected: " + String.join(", ", WRITABLE) + ")");
      }
      survivor.set(name, merged.path(name));
      survivor.withObject("/fieldSources").set(name, source("crm", clock.instant(), "manual"));
    }
    merged.path("identities").forEach(each -> link(survivor, (ObjectNode) each));
    Set<String> cards = new LinkedHashSet<>(texts(survivor.path("cards")));
    cards.addAll(texts(merged.path("cards")));
    survivor.set("cards", JsonNodes.array(cards));
    merged
        .put("status", "MERGED")
        .put("mergedInto", survivorId)
        .put("statusChangedAt", JsonNodes.time(clock.instant()));
    changed(merged);
    return changed(survivor);
  }
}
