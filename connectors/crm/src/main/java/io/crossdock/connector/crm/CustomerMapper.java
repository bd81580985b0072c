package io.crossdock.connector.crm;

import static io.crossdock.connector.canonical.Canonical.identifier;
import static io.crossdock.connector.canonical.Canonical.timestamp;

import io.crossdock.common.v1.Address;
import io.crossdock.common.v1.Identifier.Scheme;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.canonical.Canonical;
import io.crossdock.customer.v1.AttributeSource;
import io.crossdock.customer.v1.Consent;
import io.crossdock.customer.v1.ContactProof;
import io.crossdock.customer.v1.Customer;
import io.crossdock.customer.v1.CustomerAttributes;
import io.crossdock.customer.v1.CustomerStatus;
import io.crossdock.customer.v1.CustomerSummary;
import io.crossdock.customer.v1.EmailAddress;
import io.crossdock.customer.v1.IdentityLink;
import io.crossdock.customer.v1.PhoneNumber;
import io.crossdock.customer.v1.PostalAddress;
import io.crossdock.customer.v1.Restriction;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;

/** The CRM's contacts as the contract's messages. */
final class CustomerMapper {

  static final String SYSTEM = "crm";

  /** System of the identities by which the connector knows a contact that it made. */
  static final String OWN_SYSTEM = "crossdock";

  private static final BigDecimal PERMILLE = BigDecimal.valueOf(1000);

  private CustomerMapper() {}

  static Customer customer(BackendData data) {
    Customer.Builder customer =
        Customer.newBuilder()
            .setCustomerId(data.text("id"))
            .setStatus(CustomerCodes.status(data.text("status")))
            .setRawStatus(rawStatus(data))
            .setMergedInto(data.optionalText("mergedInto"))
            .setAttributes(attributes(data))
            .addAllContactProofs(proofs(data))
            .addAllLinks(links(data))
            .setMemberId(data.optionalText("loyaltyId"))
            .addAllConsents(consents(data.list("consents")))
            .setHouseholdId(data.optionalText("householdId"))
            .setEtag(data.optionalText("version"));
    data.find("fieldSources")
        .ifPresent(sources -> customer.addAllAttributeSources(sources(sources)));
    for (String card : data.texts("cards")) {
      customer.addExternalIds(identifier(Scheme.SCHEME_CARD, card, SYSTEM));
    }
    data.instant("createdAt").ifPresent(at -> customer.setCreatedAt(timestamp(at)));
    data.instant("updatedAt").ifPresent(at -> customer.setUpdatedAt(timestamp(at)));
    return customer.build();
  }

  /** The CRM's own word for a status that the contract has none for. */
  static String rawStatus(BackendData data) {
    String word = data.text("status");
    return CustomerCodes.status(word) == CustomerStatus.CUSTOMER_STATUS_UNSPECIFIED ? word : "";
  }

  static CustomerSummary summary(BackendData data) {
    String name = (data.optionalText("firstName") + " " + data.optionalText("lastName")).strip();
    return CustomerSummary.newBuilder()
        .setCustomerId(data.text("id"))
        .setDisplayName(name.isEmpty() ? data.optionalText("company") : name)
        .setStatus(CustomerCodes.status(data.text("status")))
        .setRawStatus(rawStatus(data))
        .setMergedInto(data.optionalText("mergedInto"))
        .setMemberId(data.optionalText("loyaltyId"))
        .addAllLinks(links(data))
        .setLanguageCode(data.optionalText("language"))
        .build();
  }

  /** A share of one in thousandths. */
  static int permille(BackendData data, String field) {
    BigDecimal share = data.decimal(field);
    if (share.signum() < 0 || share.compareTo(BigDecimal.ONE) > 0) {
      throw data.invalid(field, "a share from 0 to 1");
    }
    return share.multiply(PERMILLE).setScale(0, RoundingMode.HALF_UP).intValueExact();
  }

  private static CustomerAttributes attributes(BackendData data) {
    CustomerAttributes.Builder attributes =
        CustomerAttributes.newBuilder()
            .setGivenName(data.optionalText("firstName"))
            .setFamilyName(data.optionalText("lastName"))
            .setCompanyName(data.optionalText("company"))
            .setLanguageCode(data.optionalText("language"))
            .setHomeStore(data.optionalText("homeStore"))
            .addAllSegments(data.texts("segments"));
    for (BackendData email : data.list("emails")) {
      attributes.addEmails(EmailAddress.newBuilder().setAddress(email.text("address")));
    }
    for (BackendData phone : data.list("phones")) {
      attributes.addPhones(PhoneNumber.newBuilder().setNumber(phone.text("number")));
    }
    for (BackendData address : data.list("addresses")) {
      attributes.addAddresses(address(address));
    }
    data.day("birthDate").ifPresent(day -> attributes.setBirthDate(Canonical.date(day)));
    return attributes.build();
  }

  private static List<ContactProof> proofs(BackendData data) {
    List<ContactProof> proofs = new ArrayList<>();
    for (BackendData email : data.list("emails")) {
      if (email.flag("verified")) {
        proofs.add(proof(email).setEmail(email.text("address")).build());
      }
    }
    for (BackendData phone : data.list("phones")) {
      if (phone.flag("verified")) {
        proofs.add(proof(phone).setPhone(phone.text("number")).build());
      }
    }
    return proofs;
  }

  private static ContactProof.Builder proof(BackendData contact) {
    ContactProof.Builder proof = ContactProof.newBuilder().setSourceSystem(SYSTEM);
    contact.instant("verifiedAt").ifPresent(at -> proof.setProvedAt(timestamp(at)));
    return proof;
  }

  private static PostalAddress address(BackendData data) {
    String word = data.optionalText("type");
    PostalAddress.Use use = CustomerCodes.use(word);
    return PostalAddress.newBuilder()
        .setUse(use)
        .setRawUse(use == PostalAddress.Use.USE_UNSPECIFIED ? word : "")
        .setRecipient(data.optionalText("recipient"))
        .setAddress(
            Address.newBuilder()
                .addAllLines(data.texts("lines"))
                .setPostalCode(data.optionalText("postalCode"))
                .setLocality(data.optionalText("city"))
                .setRegionCode(data.optionalText("region"))
                .setCountryCode(data.optionalText("country")))
        .build();
  }

  private static List<AttributeSource> sources(BackendData sources) {
    List<AttributeSource> list = new ArrayList<>();
    CustomerCodes.FIELDS.entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(field ->
            sources
                .find(field.getValue())
                .ifPresent(source -> {
                  AttributeSource.Builder told =
                      AttributeSource.newBuilder()
                          .setAttribute(field.getKey())
                          .setSourceSystem(source.optionalText("system"))
                          .setRule(CustomerCodes.rule(source.optionalText("rule")));
                  source.instant("at").ifPresent(at -> told.setAsOf(timestamp(at)));
                  list.add(told.build());
                }));
    return list;
  }

  private static List<IdentityLink> links(BackendData data) {
    List<IdentityLink> links = new ArrayList<>();
    for (BackendData identity : data.list("identities")) {
      if (identity.text("system").equals(OWN_SYSTEM)) {
        continue;
      }
      IdentityLink.Builder link =
          IdentityLink.newBuilder()
              .setIdentity(
                  identifier(
                      CustomerCodes.scheme(identity.optionalText("type")),
                      identity.text("value"),
                      identity.text("system")))
              .setMethod(CustomerCodes.method(identity.optionalText("method")))
              .setConfidencePermille(
                  identity.has("confidence") ? permille(identity, "confidence") : 0);
      identity.instant("linkedAt").ifPresent(at -> link.setLinkedAt(timestamp(at)));
      links.add(link.build());
    }
    return links;
  }

  /**
   * The CRM's decisions. A word that the contract has none for stays beside UNSPECIFIED, which
   * permits nothing; a consent never becomes wider than the CRM says.
   */
  static List<Consent> consents(List<BackendData> list) {
    return list.stream().map(CustomerMapper::consent).toList();
  }

  private static Consent consent(BackendData data) {
    String purpose = data.text("purpose");
    String channel = data.optionalText("channel");
    String state = data.text("state");
    String basis = data.optionalText("basis");
    Consent.Builder consent =
        Consent.newBuilder()
            .setPurpose(CustomerCodes.purpose(purpose))
            .setChannel(CustomerCodes.channel(channel))
            .setState(CustomerCodes.state(state))
            .setBasis(CustomerCodes.basis(basis))
            .setTextVersion(data.optionalText("textVersion"))
            .setSourceSystem(data.optionalText("source"));
    if (consent.getPurpose() == Consent.Purpose.PURPOSE_UNSPECIFIED) {
      consent.setRawPurpose(purpose);
    }
    if (CustomerCodes.of(consent.getChannel()).isEmpty()) {
      consent.setRawChannel(channel);
    }
    if (consent.getState() == Consent.State.STATE_UNSPECIFIED) {
      consent.setRawStatus(state);
    }
    if (consent.getBasis() == Consent.LegalBasis.LEGAL_BASIS_UNSPECIFIED) {
      consent.setRawBasis(basis);
    }
    data.instant("decidedAt").ifPresent(at -> consent.setAt(timestamp(at)));
    data.instant("expiresAt").ifPresent(at -> consent.setExpiresAt(timestamp(at)));
    return consent.build();
  }

  static List<Restriction> restrictions(BackendData data) {
    List<Restriction> restrictions = new ArrayList<>();
    for (BackendData each : data.list("restrictions")) {
      String word = each.text("kind");
      Restriction.Kind kind = CustomerCodes.restriction(word);
      Restriction.Builder restriction =
          Restriction.newBuilder()
              .setKind(kind)
              .setRawKind(kind == Restriction.Kind.KIND_UNSPECIFIED ? word : "")
              .setReasonCode(each.optionalText("reason"))
              .setSourceSystem(each.optionalText("system"));
      each.instant("until").ifPresent(at -> restriction.setUntil(timestamp(at)));
      restrictions.add(restriction.build());
    }
    return restrictions;
  }
}
