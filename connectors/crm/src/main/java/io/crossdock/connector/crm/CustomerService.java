package io.crossdock.connector.crm;

import static io.crossdock.connector.canonical.Canonical.instant;
import static io.crossdock.connector.canonical.Canonical.timestamp;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.FieldMask;
import io.crossdock.common.v1.Address;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.backend.BackendClient;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.connector.backend.BackendRequest;
import io.crossdock.connector.backend.Rows;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.connector.service.ContractService;
import io.crossdock.customer.v1.Consent;
import io.crossdock.customer.v1.Customer;
import io.crossdock.customer.v1.CustomerAttributes;
import io.crossdock.customer.v1.CustomerMatch;
import io.crossdock.customer.v1.CustomerServiceGrpc;
import io.crossdock.customer.v1.CustomerStatus;
import io.crossdock.customer.v1.EmailAddress;
import io.crossdock.customer.v1.GetAccountStatusRequest;
import io.crossdock.customer.v1.GetAccountStatusResponse;
import io.crossdock.customer.v1.GetCustomerRequest;
import io.crossdock.customer.v1.GetCustomerResponse;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.customer.v1.LookupCustomerResponse;
import io.crossdock.customer.v1.MergeCustomersRequest;
import io.crossdock.customer.v1.MergeCustomersResponse;
import io.crossdock.customer.v1.PhoneNumber;
import io.crossdock.customer.v1.PostalAddress;
import io.crossdock.customer.v1.UpdateConsentRequest;
import io.crossdock.customer.v1.UpdateConsentResponse;
import io.crossdock.customer.v1.UpsertCustomerRequest;
import io.crossdock.customer.v1.UpsertCustomerResponse;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Every method of the customer contract as calls to the CRM. */
final class CustomerService {

  private static final String CONTACTS = "/api/v1/contacts";
  private static final String CONTACT = CONTACTS + "/{contact}";
  private static final Freshness FRESHNESS =
      Freshness.newBuilder().setSourceSystem(CustomerMapper.SYSTEM).build();

  private final BackendClient backend;

  CustomerService(BackendClient backend) {
    this.backend = backend;
  }

  ContractService service() {
    return ContractService.of(CustomerServiceGrpc.getServiceDescriptor())
        .unary(CustomerServiceGrpc.getGetCustomerMethod(), this::getCustomer)
        .unary(CustomerServiceGrpc.getLookupCustomerMethod(), this::lookupCustomer)
        .unary(CustomerServiceGrpc.getUpsertCustomerMethod(), this::upsertCustomer)
        .unary(CustomerServiceGrpc.getUpdateConsentMethod(), this::updateConsent)
        .unary(CustomerServiceGrpc.getMergeCustomersMethod(), this::mergeCustomers)
        .unsupported(
            CustomerServiceGrpc.getUnmergeCustomersMethod(),
            "The CRM cannot take a merged contact apart.")
        .unsupported(
            CustomerServiceGrpc.getListCustomersMethod(), "The CRM's interface lists no contacts.")
        .unsupported(
            CustomerServiceGrpc.getRequestErasureMethod(),
            "The CRM erases contacts on its own pages only.")
        .unsupported(
            CustomerServiceGrpc.getGetErasureMethod(),
            "The CRM erases contacts on its own pages only.")
        .unsupported(CustomerServiceGrpc.getExportDataMethod(), "The CRM exports no contacts.")
        .unary(CustomerServiceGrpc.getGetAccountStatusMethod(), this::getAccountStatus)
        .build();
  }

  private GetCustomerResponse getCustomer(GetCustomerRequest request) throws InterruptedException {
    return GetCustomerResponse.newBuilder()
        .setCustomer(read(request.getCustomerId()))
        .setFreshness(FRESHNESS)
        .build();
  }

  private Customer read(String id) throws InterruptedException {
    return CustomerMapper.customer(about(id, one(BackendRequest.get(CONTACT, id))));
  }

  // An answer about somebody else must reach nobody, least of all the hub's cache.
  private static BackendData about(String id, BackendData contact) {
    contact.expectEcho("id", id, "contact");
    return contact;
  }

  private BackendData one(BackendRequest request) throws InterruptedException {
    return backend.send(request.about("customer")).data().object("data");
  }

  private LookupCustomerResponse lookupCustomer(LookupCustomerRequest request)
      throws InterruptedException {
    BackendRequest call =
        switch (request.getByCase()) {
          case CARD -> BackendRequest.get(CONTACTS).query("card", request.getCard());
          case PHONE -> BackendRequest.get(CONTACTS).query("phone", request.getPhone());
          case EMAIL -> BackendRequest.get(CONTACTS).query("email", request.getEmail());
          case BY_NOT_SET -> throw Canonical.refused("by", "card, phone or email");
        };
    LookupCustomerResponse.Builder answer =
        LookupCustomerResponse.newBuilder().setFreshness(FRESHNESS);
    BackendData found = backend.send(call.about("customer")).data();
    List<BackendData> matches = found.list("data");
    answer.addAllMatches(
        Rows.readable(
            matches,
            CustomerService::match,
            match ->
                BackendData.of(match.node().path("contact"))
                    .optionalId("id")
                    .ifPresent(answer::addUnreadableCustomerIds)));
    if (answer.getMatchesCount() == 0) {
      if (!matches.isEmpty()) {
        throw found.invalid("data", "one match at least that can be understood");
      }
      throw new FailureException(
          Failure.of(Reason.REASON_NOT_FOUND, "There is no such customer.")
              .with("resource", "customer"));
    }
    return answer.build();
  }

  private static CustomerMatch match(BackendData match) {
    return CustomerMatch.newBuilder()
        .setCustomer(CustomerMapper.summary(match.object("contact")))
        .setConfidencePermille(CustomerMapper.permille(match, "score"))
        .build();
  }

  private GetAccountStatusResponse getAccountStatus(GetAccountStatusRequest request)
      throws InterruptedException {
    BackendData data =
        about(
            request.getCustomerId(),
            one(BackendRequest.get(CONTACT + "/restrictions", request.getCustomerId())));
    GetAccountStatusResponse.Builder answer =
        GetAccountStatusResponse.newBuilder()
            .setCustomerId(data.text("id"))
            .setStatus(CustomerCodes.status(data.text("status")))
            .setRawStatus(CustomerMapper.rawStatus(data))
            .setMergedInto(data.optionalText("mergedInto"))
            .addAllRestrictions(CustomerMapper.restrictions(data))
            .setFreshness(FRESHNESS);
    data.instant("statusChangedAt").ifPresent(at -> answer.setChangedAt(timestamp(at)));
    return answer.build();
  }

  private UpsertCustomerResponse upsertCustomer(UpsertCustomerRequest request)
      throws InterruptedException {
    if (request.hasIdentity() && request.getIdentity().getSystem().isEmpty()) {
      throw Canonical.refused("identity.system", "the system that gave the number");
    }
    ObjectNode fields = fields(request);
    if (!request.getCustomerId().isEmpty()) {
      return changed(request.getCustomerId(), fields, request);
    }
    Optional<String> known =
        request.hasIdentity()
            ? find(request.getIdentity().getSystem(), request.getIdentity().getValue())
            : Optional.empty();
    return known.isPresent() ? changed(known.get(), fields, request) : created(fields, request);
  }

  private UpsertCustomerResponse changed(
      String id, ObjectNode fields, UpsertCustomerRequest request) throws InterruptedException {
    ObjectNode body = fields.deepCopy();
    if (request.hasIdentity()) {
      identity(
          body,
          CustomerCodes.of(request.getIdentity().getScheme()),
          request.getIdentity().getSystem(),
          request.getIdentity().getValue());
    }
    version(body, "version", request.getEtag());
    Customer customer;
    try {
      customer =
          CustomerMapper.customer(about(id, one(BackendRequest.patch(CONTACT, id).json(body))));
    } catch (FailureException e) {
      if (e.failure().reason() != Reason.REASON_ETAG_MISMATCH) {
        throw e;
      }
      customer = read(id);
      if (!isDone(customer, request)) {
        throw e;
      }
    }
    return UpsertCustomerResponse.newBuilder().setCustomer(customer).build();
  }

  // A change that arrived twice meets the version that its first arrival made.
  private static boolean isDone(Customer after, UpsertCustomerRequest request) {
    if (!isNext(request.getEtag(), after.getEtag())) {
      return false;
    }
    for (FieldDescriptor attribute : attributes(request)) {
      if (!after
          .getAttributes()
          .getField(attribute)
          .equals(request.getAttributes().getField(attribute))) {
        return false;
      }
    }
    return true;
  }

  /** Whether a version is the one right after another; an unknown one has no next. */
  static boolean isNext(String version, String next) {
    try {
      return Long.parseLong(version) + 1 == Long.parseLong(next);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /**
   * Makes a contact. The CRM knows no idempotency key, but lets an identity belong to one contact
   * only; where the caller names none, the request id is the identity, so that a second arrival
   * finds what the first one made. Another identity says what was asked for, because the contact
   * itself may have changed since.
   */
  private UpsertCustomerResponse created(ObjectNode fields, UpsertCustomerRequest request)
      throws InterruptedException {
    ObjectNode body = fields.deepCopy();
    boolean own = !request.hasIdentity();
    String requestId = request.getContext().getRequestId();
    String asked = requestId + "/" + fingerprint(fields);
    if (own) {
      identity(body, "REQUEST", CustomerMapper.OWN_SYSTEM, requestId);
      identity(body, "REQUEST", CustomerMapper.OWN_SYSTEM, asked);
    } else {
      identity(
          body,
          CustomerCodes.of(request.getIdentity().getScheme()),
          request.getIdentity().getSystem(),
          request.getIdentity().getValue());
    }
    try {
      return UpsertCustomerResponse.newBuilder()
          .setCustomer(CustomerMapper.customer(one(BackendRequest.post(CONTACTS).json(body))))
          .setCreated(true)
          .build();
    } catch (FailureException e) {
      String existing = e.failure().metadata().getOrDefault(CrmErrors.EXISTING, "");
      if (existing.isEmpty()) {
        throw e;
      }
      if (!own) {
        return changed(existing, fields, request);
      }
      BackendData made = about(existing, one(BackendRequest.get(CONTACT, existing)));
      if (made.list("identities").stream()
          .noneMatch(identity -> identity.optionalText("value").equals(asked))) {
        throw Canonical.requestIdReused();
      }
      return UpsertCustomerResponse.newBuilder()
          .setCustomer(CustomerMapper.customer(made))
          .setCreated(true)
          .build();
    }
  }

  private static String fingerprint(ObjectNode fields) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(fields.toString().getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Optional<String> find(String system, String value) throws InterruptedException {
    List<BackendData> matches =
        backend
            .send(
                BackendRequest.get(CONTACTS)
                    .about("customer")
                    .query("identitySystem", system)
                    .query("identityValue", value))
            .data()
            .list("data");
    return matches.isEmpty()
        ? Optional.empty()
        : Optional.of(matches.getFirst().object("contact").text("id"));
  }

  // What is to be written, by the CRM's names; null clears.
  private static ObjectNode fields(UpsertCustomerRequest request) {
    ObjectNode body = BackendJson.object();
    CustomerAttributes attributes = request.getAttributes();
    for (FieldDescriptor attribute : attributes(request)) {
      String field = CustomerCodes.FIELDS.get(attribute.getName());
      switch (attribute.getName()) {
        case "emails" -> {
          ArrayNode list = body.putArray(field);
          for (EmailAddress email : attributes.getEmailsList()) {
            list.addObject().put("address", email.getAddress());
          }
        }
        case "phones" -> {
          ArrayNode list = body.putArray(field);
          for (PhoneNumber phone : attributes.getPhonesList()) {
            list.addObject().put("number", phone.getNumber());
          }
        }
        case "addresses" -> {
          ArrayNode list = body.putArray(field);
          for (int i = 0; i < attributes.getAddressesCount(); i++) {
            list.add(address(attributes.getAddresses(i), i));
          }
        }
        case "segments" -> attributes.getSegmentsList().forEach(body.putArray(field)::add);
        case "birth_date" ->
            body.put(
                field,
                attributes.hasBirthDate()
                    ? Canonical.day(attributes.getBirthDate(), "attributes.birth_date").toString()
                    : null);
        default -> {
          String text = (String) attributes.getField(attribute);
          body.put(field, text.isEmpty() ? null : text);
        }
      }
    }
    if (request.hasAsOf()) {
      body.put("asOf", instant(request.getAsOf()).toString());
    }
    if (request.hasIdentity()) {
      body.put("sourceSystem", request.getIdentity().getSystem());
    }
    return body;
  }

  private static ObjectNode address(PostalAddress address, int index) {
    Address postal = address.getAddress();
    if (postal.getCountryCode().isEmpty()) {
      throw Canonical.refused(
          "attributes.addresses[" + index + "].address.country_code", "a country");
    }
    ObjectNode sent = BackendJson.object();
    String use = CustomerCodes.of(address.getUse());
    put(sent, "type", use.isEmpty() ? address.getRawUse() : use);
    put(sent, "recipient", address.getRecipient());
    ArrayNode lines = sent.putArray("lines");
    postal.getLinesList().forEach(lines::add);
    put(sent, "postalCode", postal.getPostalCode());
    put(sent, "city", postal.getLocality());
    put(sent, "region", postal.getRegionCode());
    put(sent, "country", postal.getCountryCode());
    return sent;
  }

  private static List<FieldDescriptor> attributes(UpsertCustomerRequest request) {
    return request.hasUpdateMask()
        ? masked(request.getUpdateMask(), "update_mask")
        : List.copyOf(request.getAttributes().getAllFields().keySet());
  }

  private static List<FieldDescriptor> masked(FieldMask mask, String field) {
    List<FieldDescriptor> attributes = new ArrayList<>();
    for (int i = 0; i < mask.getPathsCount(); i++) {
      FieldDescriptor attribute =
          CustomerAttributes.getDescriptor().findFieldByName(mask.getPaths(i));
      if (attribute == null) {
        throw Canonical.refused(
            field + ".paths[" + i + "]", "an attribute, one of CustomerAttributes' fields");
      }
      attributes.add(attribute);
    }
    return attributes;
  }

  private static void identity(ObjectNode body, String type, String system, String value) {
    body.withArray("/identities")
        .addObject()
        .put("system", system)
        .put("type", type)
        .put("value", value)
        .put("method", "shared_id");
  }

  private UpdateConsentResponse updateConsent(UpdateConsentRequest request)
      throws InterruptedException {
    ObjectNode body = BackendJson.object();
    ArrayNode consents = body.putArray("consents");
    for (Consent consent : request.getConsentsList()) {
      ObjectNode sent = consents.addObject();
      String purpose = CustomerCodes.of(consent.getPurpose());
      String channel = CustomerCodes.of(consent.getChannel());
      sent.put("purpose", purpose.isEmpty() ? consent.getRawPurpose() : purpose);
      sent.put("channel", channel.isEmpty() ? channelWord(consent) : channel);
      sent.put("state", CustomerCodes.of(consent.getState()));
      put(sent, "basis", CustomerCodes.of(consent.getBasis()));
      sent.put("decidedAt", instant(consent.getAt()).toString());
      put(sent, "textVersion", consent.getTextVersion());
      put(sent, "source", consent.getSourceSystem());
      if (consent.hasExpiresAt()) {
        sent.put("expiresAt", instant(consent.getExpiresAt()).toString());
      }
    }
    BackendData data =
        backend
            .send(
                BackendRequest.put(CONTACT + "/consents", request.getCustomerId())
                    .about("customer")
                    .json(body))
            .data();
    return UpdateConsentResponse.newBuilder()
        .addAllConsents(CustomerMapper.consents(data.list("data")))
        .build();
  }

  private static String channelWord(Consent consent) {
    if (consent.getRawChannel().isEmpty()) {
      throw Canonical.refused("consents.raw_channel", "the CRM's word for the channel");
    }
    return consent.getRawChannel();
  }

  private MergeCustomersResponse mergeCustomers(MergeCustomersRequest request)
      throws InterruptedException {
    ObjectNode body = BackendJson.object();
    body.put("mergedId", request.getMergedId());
    ArrayNode take = body.putArray("takeFields");
    for (FieldDescriptor attribute : masked(request.getTakeFromMerged(), "take_from_merged")) {
      take.add(CustomerCodes.FIELDS.get(attribute.getName()));
    }
    version(body, "version", request.getSurvivorEtag());
    version(body, "mergedVersion", request.getMergedEtag());
    try {
      return merged(
          CustomerMapper.customer(
              about(
                  request.getSurvivorId(),
                  one(
                      BackendRequest.post(CONTACT + "/merge", request.getSurvivorId())
                          .json(body)))));
    } catch (FailureException e) {
      Reason reason = e.failure().reason();
      if (reason == Reason.REASON_ACCOUNT_NOT_ACTIVE || reason == Reason.REASON_ETAG_MISMATCH) {
        // A merge that arrived before is done.
        Customer gone = read(request.getMergedId());
        if (gone.getStatus() == CustomerStatus.CUSTOMER_STATUS_MERGED
            && gone.getMergedInto().equals(request.getSurvivorId())) {
          return merged(read(request.getSurvivorId()));
        }
      }
      throw e;
    }
  }

  private static MergeCustomersResponse merged(Customer survivor) {
    return MergeCustomersResponse.newBuilder().setSurvivor(survivor).build();
  }

  /** Puts the version that a caller knows; one that is no number is none of the CRM's. */
  static void version(ObjectNode body, String field, String etag) {
    if (etag.isEmpty()) {
      return;
    }
    try {
      body.put(field, Long.parseLong(etag));
    } catch (NumberFormatException e) {
      throw new FailureException(
          Reason.REASON_ETAG_MISMATCH, "The record changed since it was read; read it again.");
    }
  }

  private static void put(ObjectNode body, String field, String value) {
    if (!value.isEmpty()) {
      body.put(field, value);
    }
  }
}
