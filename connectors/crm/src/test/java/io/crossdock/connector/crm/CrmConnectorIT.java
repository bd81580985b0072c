package io.crossdock.connector.crm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.answer.PageToken;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Identifier;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.Caller;
import io.crossdock.connector.testkit.ConnectorConformance;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.customer.v1.Consent;
import io.crossdock.customer.v1.Customer;
import io.crossdock.customer.v1.CustomerAttributes;
import io.crossdock.customer.v1.CustomerServiceGrpc;
import io.crossdock.customer.v1.CustomerStatus;
import io.crossdock.customer.v1.EmailAddress;
import io.crossdock.customer.v1.ExportDataRequest;
import io.crossdock.customer.v1.GetAccountStatusRequest;
import io.crossdock.customer.v1.GetAccountStatusResponse;
import io.crossdock.customer.v1.GetCustomerRequest;
import io.crossdock.customer.v1.GetErasureRequest;
import io.crossdock.customer.v1.ListCustomersRequest;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.customer.v1.MergeCustomersRequest;
import io.crossdock.customer.v1.RequestErasureRequest;
import io.crossdock.customer.v1.Restriction;
import io.crossdock.customer.v1.UnmergeCustomersRequest;
import io.crossdock.customer.v1.UpdateConsentRequest;
import io.crossdock.customer.v1.UpsertCustomerRequest;
import io.crossdock.customer.v1.UpsertCustomerResponse;
import io.crossdock.failure.Failure;
import io.crossdock.support.v1.AddCommentRequest;
import io.crossdock.support.v1.Case;
import io.crossdock.support.v1.CaseKind;
import io.crossdock.support.v1.CaseLink;
import io.crossdock.support.v1.CasePatch;
import io.crossdock.support.v1.CaseStatus;
import io.crossdock.support.v1.GetCaseRequest;
import io.crossdock.support.v1.ListCasesRequest;
import io.crossdock.support.v1.ListCasesResponse;
import io.crossdock.support.v1.ListCommentsRequest;
import io.crossdock.support.v1.NewComment;
import io.crossdock.support.v1.OpenCaseRequest;
import io.crossdock.support.v1.OpenCaseResponse;
import io.crossdock.support.v1.SupportServiceGrpc;
import io.crossdock.support.v1.UpdateCaseRequest;
import io.crossdock.support.v1.Visibility;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CrmConnectorIT extends ConnectorConformance {

  private static final String CUSTOMER = "C-1001";
  private static final String NOBODY = "C-999999";
  private static final Timestamp TOMORROW =
      Timestamps.fromMillis(System.currentTimeMillis() + 86_400_000);

  @Override
  protected ConnectorProcess process() {
    return CrmConnector.process();
  }

  @Override
  protected String backendName() {
    return "crm";
  }

  @Override
  protected List<ServiceDescriptor> services() {
    return List.of(
        CustomerServiceGrpc.getServiceDescriptor(), SupportServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected List<MethodCase<?, ?>> cases() {
    return List.of(
        MethodCase.of(CustomerServiceGrpc.getGetCustomerMethod())
            .answers(_ -> get(CUSTOMER), answer -> verifyAda(answer.getCustomer()))
            .findsNothing(_ -> get(NOBODY))
            .refuses(get("not an id")),
        MethodCase.of(CustomerServiceGrpc.getLookupCustomerMethod())
            .answers(
                _ -> LookupCustomerRequest.newBuilder().setCard("2990000010017").build(),
                answer -> {
                  assertThat(answer.getMatches(0).getConfidencePermille()).isEqualTo(1000);
                  assertThat(answer.getMatches(0).getCustomer().getDisplayName())
                      .isEqualTo("Ada Lovelace");
                  assertThat(answer.getMatches(0).getCustomer().getMemberId()).isEqualTo("M-1001");
                })
            .findsNothing(_ -> LookupCustomerRequest.newBuilder().setCard("299").build())
            .refuses(LookupCustomerRequest.getDefaultInstance()),
        MethodCase.of(CustomerServiceGrpc.getUpsertCustomerMethod())
            .answers(
                caller -> create(caller),
                answer -> {
                  assertThat(answer.getCreated()).isTrue();
                  assertThat(answer.getCustomer().getCustomerId()).isEqualTo("C-102001");
                  assertThat(answer.getCustomer().getAttributes().getGivenName())
                      .isEqualTo("Grace");
                  assertThat(answer.getCustomer().getLinksList()).isEmpty();
                })
            .findsNothing(caller -> create(caller).toBuilder().setCustomerId(NOBODY).build())
            .refuses(UpsertCustomerRequest.getDefaultInstance())
            .writesTo("/contacts")
            .unlike(CrmConnectorIT::ofAnotherName),
        MethodCase.of(CustomerServiceGrpc.getUpdateConsentMethod())
            .answers(
                caller -> consent(caller, CUSTOMER),
                answer ->
                    assertThat(answer.getConsents(0).getState())
                        .isEqualTo(Consent.State.STATE_DENIED))
            .findsNothing(caller -> consent(caller, NOBODY))
            .refuses(UpdateConsentRequest.newBuilder().setCustomerId(CUSTOMER).build())
            .writesTo("/consents")
            .leavesNoTrace("the CRM keeps decisions with their moments and no requests"),
        MethodCase.of(CustomerServiceGrpc.getMergeCustomersMethod())
            .answers(
                caller -> merge(caller, "C-2044"),
                answer -> {
                  assertThat(answer.getSurvivor().getCustomerId()).isEqualTo(CUSTOMER);
                  assertThat(answer.getSurvivor().getLinksList())
                      .extracting(link -> link.getIdentity().getValue())
                      .contains("M-1001", "M-2044");
                })
            .findsNothing(caller -> merge(caller, NOBODY))
            .refuses(
                MergeCustomersRequest.newBuilder()
                    .setSurvivorId(CUSTOMER)
                    .setMergedId(CUSTOMER)
                    .build())
            .writesTo("/merge")
            .leavesNoTrace("the CRM keeps who was merged into whom and no requests"),
        MethodCase.of(CustomerServiceGrpc.getUnmergeCustomersMethod())
            .cannot(
                UnmergeCustomersRequest.newBuilder()
                    .setContext(context())
                    .setSurvivorId(CUSTOMER)
                    .setMergedId("C-2044")
                    .build()),
        MethodCase.of(CustomerServiceGrpc.getListCustomersMethod())
            .cannot(ListCustomersRequest.newBuilder().setHouseholdId("H-204").build()),
        MethodCase.of(CustomerServiceGrpc.getRequestErasureMethod())
            .cannot(
                RequestErasureRequest.newBuilder()
                    .setContext(context())
                    .setCustomerId(CUSTOMER)
                    .build()),
        MethodCase.of(CustomerServiceGrpc.getGetErasureMethod())
            .cannot(GetErasureRequest.newBuilder().setCustomerId(CUSTOMER).build()),
        MethodCase.of(CustomerServiceGrpc.getExportDataMethod())
            .cannot(ExportDataRequest.newBuilder().setCustomerId(CUSTOMER).build()),
        MethodCase.of(CustomerServiceGrpc.getGetAccountStatusMethod())
            .answers(
                _ -> status(CUSTOMER),
                answer -> {
                  assertThat(answer.getStatus()).isEqualTo(CustomerStatus.CUSTOMER_STATUS_ACTIVE);
                  assertThat(answer.getRestrictionsList()).isEmpty();
                })
            .findsNothing(_ -> status(NOBODY))
            .refuses(status("")),
        MethodCase.of(SupportServiceGrpc.getOpenCaseMethod())
            .answers(
                caller -> open(caller, ""),
                answer -> {
                  assertThat(answer.getExisting()).isFalse();
                  assertThat(answer.getCase().getCaseId()).isEqualTo("CASE-25001");
                  assertThat(answer.getCase().getStatus()).isEqualTo(CaseStatus.CASE_STATUS_NEW);
                  assertThat(answer.getCase().getDedupeKey()).isEmpty();
                  assertThat(answer.getCase().getCommentsList()).hasSize(1);
                  assertThat(answer.getCase().getSlaClocksList()).isNotEmpty();
                })
            .neverMisses("a case may be about a customer whom the CRM does not know")
            .refuses(OpenCaseRequest.getDefaultInstance())
            .writesTo("/cases")
            .unlike(request -> request.toBuilder().setSubject("Another matter").build()),
        MethodCase.of(SupportServiceGrpc.getUpdateCaseMethod())
            .answers(
                caller -> update(caller, opened(caller).getCaseId()),
                answer -> {
                  assertThat(answer.getCase().getStatus()).isEqualTo(CaseStatus.CASE_STATUS_OPEN);
                  assertThat(answer.getCase().getCommentsList()).hasSizeBetween(2, 3);
                })
            .findsNothing(caller -> update(caller, "CASE-1"))
            .refuses(UpdateCaseRequest.getDefaultInstance())
            .writesTo("/cases/")
            .unlike(request -> {
              UpdateCaseRequest.Builder other = request.toBuilder();
              other.getAddCommentsBuilder(0).setText("Something else.");
              return other.build();
            }),
        MethodCase.of(SupportServiceGrpc.getAddCommentMethod())
            .answers(
                caller -> comment(caller, opened(caller).getCaseId()),
                answer -> {
                  assertThat(answer.getComment().getText()).isEqualTo("Between us.");
                  assertThat(answer.getComment().getVisibility())
                      .isEqualTo(Visibility.VISIBILITY_PRIVATE);
                  assertThat(answer.getEtag()).isNotEmpty();
                })
            .findsNothing(caller -> comment(caller, "CASE-1"))
            .refuses(AddCommentRequest.newBuilder().setCaseId("CASE-1").build())
            .writesTo("/cases/")
            .unlike(request -> {
              AddCommentRequest.Builder other = request.toBuilder();
              other.getCommentBuilder().setText("Something else.");
              return other.build();
            }),
        MethodCase.of(SupportServiceGrpc.getListCommentsMethod())
            .answers(
                caller -> {
                  String opened = opened(caller).getCaseId();
                  caller.call(SupportServiceGrpc.getAddCommentMethod(), comment(caller, opened));
                  return comments(opened);
                },
                answer ->
                    assertThat(answer.getCommentsList())
                        .extracting("visibility")
                        .containsExactly(
                            Visibility.VISIBILITY_PUBLIC, Visibility.VISIBILITY_PRIVATE))
            .findsNothing(_ -> comments("CASE-1"))
            .refuses(comments("")),
        MethodCase.of(SupportServiceGrpc.getGetCaseMethod())
            .answers(
                _ -> getCase("CASE-20001"),
                answer -> {
                  assertThat(answer.getCase().getCustomerId()).isEqualTo(CUSTOMER);
                  assertThat(answer.getCase().getCommentsList())
                      .extracting("visibility")
                      .containsOnly(Visibility.VISIBILITY_PUBLIC);
                })
            .findsNothing(_ -> getCase("CASE-1"))
            .refuses(getCase("")),
        MethodCase.of(SupportServiceGrpc.getListCasesMethod())
            .answers(
                _ -> ListCasesRequest.newBuilder().setCustomerId(CUSTOMER).build(),
                answer ->
                    assertThat(answer.getCasesList())
                        .extracting(Case::getCaseId)
                        .containsExactlyInAnyOrder("CASE-20001", "CASE-20002"))
            .neverMisses("a list may be empty")
            .refuses(ListCasesRequest.newBuilder().setPageSize(201).build()));
  }

  @Test
  void refusesAPageTokenThatSomebodyMade() {
    ListCasesRequest list = ListCasesRequest.newBuilder().setCustomerId(CUSTOMER).build();
    for (String place : List.of("abc", "-1", "99999999999999999999")) {
      ListCasesRequest forged = list.toBuilder().setPageToken(PageToken.of(list, place)).build();

      assertThat(
              failure(() -> caller().call(SupportServiceGrpc.getListCasesMethod(), forged))
                  .reason())
          .as(place)
          .isEqualTo(Reason.REASON_PAGE_TOKEN_INVALID);
    }
  }

  @Test
  void leavesOutACaseThatItCannotUnderstandAndNamesIt() throws IOException {
    withEdited(
        "/cases",
        answer -> ((ObjectNode) answer.path("data").path(0)).putObject("status"),
        caller -> {
          ListCasesResponse cases =
              caller.call(
                  SupportServiceGrpc.getListCasesMethod(),
                  ListCasesRequest.newBuilder().setCustomerId(CUSTOMER).build());
          assertThat(cases.getCasesList()).hasSize(1);
          assertThat(cases.getUnreadableCaseIdsList()).hasSize(1);
          assertThat(cases.getUnreadableCaseIds(0)).startsWith("CASE-2000");
        });
  }

  @Test
  void refusesCasesOfSomebodyElse() throws IOException {
    withEdited(
        "/cases",
        answer -> ((ObjectNode) answer.path("data").path(0)).put("contactId", "C-2044"),
        caller ->
            assertThat(
                    failure(() ->
                            caller.call(
                                SupportServiceGrpc.getListCasesMethod(),
                                ListCasesRequest.newBuilder().setCustomerId(CUSTOMER).build()))
                        .reason())
                .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID));
  }

  @Test
  void refusesALookUpOfWhichItUnderstandsNothing() throws IOException {
    withEdited(
        "/contacts",
        answer -> ((ObjectNode) answer.path("data").path(0)).put("score", "much"),
        caller ->
            assertThat(
                    failure(() ->
                            caller.call(
                                CustomerServiceGrpc.getLookupCustomerMethod(),
                                LookupCustomerRequest.newBuilder()
                                    .setCard("2990000010017")
                                    .build()))
                        .reason())
                .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID));
  }

  @Test
  void knowsWhatItMadeThoughTheContactChangedSince() throws IOException {
    UpsertCustomerRequest request = create(caller());
    String made =
        caller()
            .call(CustomerServiceGrpc.getUpsertCustomerMethod(), request)
            .getCustomer()
            .getCustomerId();
    caller()
        .call(
            CustomerServiceGrpc.getUpsertCustomerMethod(),
            UpsertCustomerRequest.newBuilder()
                .setContext(caller().context())
                .setCustomerId(made)
                .setAttributes(CustomerAttributes.newBuilder().setGivenName("Hedy"))
                .build());

    afterRestart(there -> {
      UpsertCustomerResponse again =
          there.call(CustomerServiceGrpc.getUpsertCustomerMethod(), request);
      assertThat(again.getCustomer().getCustomerId()).isEqualTo(made);
      assertThat(again.getCustomer().getAttributes().getGivenName()).isEqualTo("Hedy");
    });
    afterRestart(there ->
        assertThat(
                failure(() ->
                        there.call(
                            CustomerServiceGrpc.getUpsertCustomerMethod(), ofAnotherName(request)))
                    .reason())
            .isEqualTo(Reason.REASON_REQUEST_ID_REUSED));
  }

  @Test
  void changesACaseOnceThoughItRestartsAndAVersionWasNamed() throws IOException {
    Case before = opened(caller());
    UpdateCaseRequest commented =
        update(caller(), before.getCaseId()).toBuilder().setEtag(before.getEtag()).build();
    Case after = caller().call(SupportServiceGrpc.getUpdateCaseMethod(), commented).getCase();
    UpdateCaseRequest silent =
        commented.toBuilder()
            .setContext(caller().context())
            .clearAddComments()
            .setPatch(CasePatch.newBuilder().setSubject("Refund still missing"))
            .setEtag(after.getEtag())
            .build();
    Case last = caller().call(SupportServiceGrpc.getUpdateCaseMethod(), silent).getCase();

    afterRestart(there -> {
      assertThat(there.call(SupportServiceGrpc.getUpdateCaseMethod(), commented).getCase())
          .isEqualTo(last);
      assertThat(there.call(SupportServiceGrpc.getUpdateCaseMethod(), silent).getCase())
          .isEqualTo(last);
    });
    assertThat(last.getCommentsList()).hasSize(2);
  }

  @Test
  void changesOnlyWhatTheMaskNames() {
    UpsertCustomerResponse answer =
        caller()
            .call(
                CustomerServiceGrpc.getUpsertCustomerMethod(),
                UpsertCustomerRequest.newBuilder()
                    .setContext(caller().context())
                    .setCustomerId(CUSTOMER)
                    .setAttributes(
                        CustomerAttributes.newBuilder()
                            .setGivenName("Not meant")
                            .setLanguageCode("en-GB"))
                    .setUpdateMask(
                        FieldMask.newBuilder().addPaths("language_code").addPaths("home_store"))
                    .build());

    CustomerAttributes after = answer.getCustomer().getAttributes();
    assertThat(answer.getCreated()).isFalse();
    assertThat(after.getGivenName()).isEqualTo("Ada");
    assertThat(after.getLanguageCode()).isEqualTo("en-GB");
    assertThat(after.getHomeStore()).isEmpty();
  }

  @Test
  void findsByIdentityWhomItChanges() {
    UpsertCustomerResponse answer =
        caller()
            .call(
                CustomerServiceGrpc.getUpsertCustomerMethod(),
                UpsertCustomerRequest.newBuilder()
                    .setContext(caller().context())
                    .setIdentity(
                        Identifier.newBuilder()
                            .setScheme(Identifier.Scheme.SCHEME_MEMBER)
                            .setSystem("loyalty")
                            .setValue("M-1001"))
                    .setAttributes(CustomerAttributes.newBuilder().setHomeStore("EU-002"))
                    .build());

    assertThat(answer.getCustomer().getCustomerId()).isEqualTo(CUSTOMER);
    assertThat(answer.getCustomer().getAttributes().getHomeStore()).isEqualTo("EU-002");
  }

  @Test
  void keepsTheProofOfAContactThatIsWrittenAgain() {
    Customer before =
        caller().call(CustomerServiceGrpc.getGetCustomerMethod(), get(CUSTOMER)).getCustomer();

    Customer after =
        caller()
            .call(
                CustomerServiceGrpc.getUpsertCustomerMethod(),
                UpsertCustomerRequest.newBuilder()
                    .setContext(caller().context())
                    .setCustomerId(CUSTOMER)
                    .setAttributes(
                        CustomerAttributes.newBuilder()
                            .addAllEmails(before.getAttributes().getEmailsList())
                            .addEmails(EmailAddress.newBuilder().setAddress("new@example.com")))
                    .build())
            .getCustomer();

    assertThat(before.getContactProofsList()).isNotEmpty();
    assertThat(after.getAttributes().getEmailsList()).hasSize(2);
    assertThat(after.getContactProofsList()).isEqualTo(before.getContactProofsList());
  }

  @Test
  void keepsTheWordOfAChannelThatTheContractHasNoneFor() {
    Consent whatsApp =
        Consent.newBuilder()
            .setPurpose(Consent.Purpose.PURPOSE_SERVICE)
            .setChannel(Consent.ContactChannel.CONTACT_CHANNEL_MESSENGER)
            .setRawChannel("whatsapp")
            .setState(Consent.State.STATE_GRANTED)
            .setAt(TOMORROW)
            .build();

    List<Consent> inForce =
        caller()
            .call(
                CustomerServiceGrpc.getUpdateConsentMethod(),
                UpdateConsentRequest.newBuilder()
                    .setContext(caller().context())
                    .setCustomerId(CUSTOMER)
                    .addConsents(whatsApp)
                    .build())
            .getConsentsList();

    assertThat(inForce)
        .filteredOn(Consent::getPurpose, Consent.Purpose.PURPOSE_SERVICE)
        .singleElement()
        .satisfies(consent -> {
          assertThat(consent.getChannel())
              .isEqualTo(Consent.ContactChannel.CONTACT_CHANNEL_MESSENGER);
          assertThat(consent.getRawChannel()).isEqualTo("whatsapp");
        });
  }

  @Test
  void findsACaseByItsKeyAndByItsRequest() {
    OpenCaseRequest keyed = open(caller(), "return/RT-5522");
    OpenCaseRequest unkeyed = open(caller(), "");
    Case byKey = caller().call(SupportServiceGrpc.getOpenCaseMethod(), keyed).getCase();
    Case byRequest = caller().call(SupportServiceGrpc.getOpenCaseMethod(), unkeyed).getCase();

    assertThat(found(GetCaseRequest.newBuilder().setDedupeKey("return/RT-5522").build()))
        .isEqualTo(byKey.getCaseId());
    assertThat(
            found(
                GetCaseRequest.newBuilder()
                    .setRequestId(unkeyed.getContext().getRequestId())
                    .build()))
        .isEqualTo(byRequest.getCaseId());
    Failure unknown =
        failure(() ->
            found(
                GetCaseRequest.newBuilder()
                    .setRequestId(keyed.getContext().getRequestId())
                    .build()));
    assertThat(unknown.reason()).isEqualTo(Reason.REASON_NOT_SUPPORTED);
  }

  private String found(GetCaseRequest request) {
    return caller().call(SupportServiceGrpc.getGetCaseMethod(), request).getCase().getCaseId();
  }

  @Test
  void refusesAMaskThatNamesNoAttribute() {
    Failure failure =
        failure(() ->
            caller()
                .call(
                    CustomerServiceGrpc.getUpsertCustomerMethod(),
                    create(caller()).toBuilder()
                        .setUpdateMask(FieldMask.newBuilder().addPaths("shoe_size"))
                        .build()));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(failure.violations().getFirst().field()).isEqualTo("update_mask.paths[0]");
  }

  @Test
  void tellsWhyBusinessMayNotBeDone() {
    GetAccountStatusResponse answer =
        caller().call(CustomerServiceGrpc.getGetAccountStatusMethod(), status("C-1031"));

    assertThat(answer.getStatus()).isEqualTo(CustomerStatus.CUSTOMER_STATUS_BLOCKED);
    assertThat(answer.getRestrictionsList())
        .extracting(Restriction::getKind)
        .containsExactly(Restriction.Kind.KIND_PURCHASE_ON_ACCOUNT);
  }

  @Test
  void tellsAStatusThatTheContractHasNoWordFor() {
    GetAccountStatusResponse answer =
        caller().call(CustomerServiceGrpc.getGetAccountStatusMethod(), status("C-1034"));

    assertThat(answer.getStatus()).isEqualTo(CustomerStatus.CUSTOMER_STATUS_UNSPECIFIED);
    assertThat(answer.getRawStatus()).isEqualTo("DORMANT");
  }

  @Test
  void findsAllWhoShareAPhone() {
    Customer one =
        caller().call(CustomerServiceGrpc.getGetCustomerMethod(), get("C-1004")).getCustomer();

    var answer =
        caller()
            .call(
                CustomerServiceGrpc.getLookupCustomerMethod(),
                LookupCustomerRequest.newBuilder()
                    .setPhone(one.getAttributes().getPhones(0).getNumber())
                    .build());

    assertThat(answer.getMatchesList())
        .extracting(match -> match.getCustomer().getCustomerId())
        .containsExactlyInAnyOrder("C-1004", "C-1005");
  }

  @Test
  void refusesToChangeAnErasedCustomer() {
    Failure failure =
        failure(() ->
            caller()
                .call(CustomerServiceGrpc.getUpdateConsentMethod(), consent(caller(), "C-1033")));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_ACCOUNT_NOT_ACTIVE);
  }

  @Test
  void answersTheOpenCaseOfTheSameMatter() {
    OpenCaseResponse first =
        caller().call(SupportServiceGrpc.getOpenCaseMethod(), open(caller(), "return/RT-5521"));

    OpenCaseResponse second =
        caller().call(SupportServiceGrpc.getOpenCaseMethod(), open(caller(), "return/RT-5521"));

    assertThat(first.getExisting()).isFalse();
    assertThat(second.getExisting()).isTrue();
    assertThat(second.getCase().getCaseId()).isEqualTo(first.getCase().getCaseId());
    assertThat(second.getCase().getDedupeKey()).isEqualTo("return/RT-5521");
  }

  @Test
  void refusesAStatusThatCannotFollow() {
    String opened = opened(caller()).getCaseId();

    Failure failure =
        failure(() ->
            caller()
                .call(
                    SupportServiceGrpc.getUpdateCaseMethod(),
                    UpdateCaseRequest.newBuilder()
                        .setContext(caller().context())
                        .setCaseId(opened)
                        .setPatch(CasePatch.newBuilder().setStatus(CaseStatus.CASE_STATUS_CLOSED))
                        .build()));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_INVALID_STATE);
    assertThat(failure.metadata()).containsEntry("status", "CASE_STATUS_NEW");
  }

  @Test
  void addsACommentOnceWhenEveryWriteArrivesTwice() {
    String opened = opened(caller()).getCaseId();
    backend().faults("{\"duplicate_writes\":true}");

    Case after =
        caller().call(SupportServiceGrpc.getUpdateCaseMethod(), update(caller(), opened)).getCase();

    assertThat(after.getCommentsList()).hasSize(2);
  }

  @Test
  void tellsEveryCaseOnceOverThePages() {
    ListCasesRequest page =
        ListCasesRequest.newBuilder()
            .addStatuses(CaseStatus.CASE_STATUS_RESOLVED)
            .setPageSize(200)
            .build();
    List<String> cases = new ArrayList<>();
    ListCasesResponse answer;
    do {
      answer = caller().call(SupportServiceGrpc.getListCasesMethod(), page);
      answer.getCasesList().forEach(each -> cases.add(each.getCaseId()));
      page = page.toBuilder().setPageToken(answer.getNextPageToken()).build();
    } while (!answer.getNextPageToken().isEmpty());

    assertThat(cases).hasSizeGreaterThan(200).doesNotHaveDuplicates();
  }

  private static GetCustomerRequest get(String customer) {
    return GetCustomerRequest.newBuilder().setCustomerId(customer).build();
  }

  private static void verifyAda(Customer ada) {
    assertThat(ada.getAttributes().getGivenName()).isEqualTo("Ada");
    assertThat(ada.getAttributes().getEmails(0).getAddress()).isEqualTo("ada@example.com");
    assertThat(ada.getAttributes().getBirthDate().getYear()).isEqualTo(1985);
    assertThat(ada.getAttributes().getAddresses(0).getAddress().getLocality()).isEqualTo("Berlin");
    assertThat(ada.getMemberId()).isEqualTo("M-1001");
    assertThat(ada.getLinksList())
        .extracting(link -> link.getConfidencePermille())
        .contains(1000, 970);
    assertThat(ada.getConsentsList())
        .extracting(Consent::getPurpose)
        .contains(Consent.Purpose.PURPOSE_MARKETING);
    assertThat(ada.getEtag()).isNotEmpty();
  }

  private static UpsertCustomerRequest create(Caller caller) {
    return UpsertCustomerRequest.newBuilder()
        .setContext(caller.context())
        .setAttributes(
            CustomerAttributes.newBuilder()
                .setGivenName("Grace")
                .setFamilyName("Hopper")
                .addEmails(EmailAddress.newBuilder().setAddress("grace@example.com")))
        .build();
  }

  private static UpdateConsentRequest consent(Caller caller, String customer) {
    return UpdateConsentRequest.newBuilder()
        .setContext(caller.context())
        .setCustomerId(customer)
        .addConsents(
            Consent.newBuilder()
                .setPurpose(Consent.Purpose.PURPOSE_ANALYTICS)
                .setChannel(Consent.ContactChannel.CONTACT_CHANNEL_ANY)
                .setState(Consent.State.STATE_DENIED)
                .setAt(TOMORROW))
        .build();
  }

  private static MergeCustomersRequest merge(Caller caller, String merged) {
    return MergeCustomersRequest.newBuilder()
        .setContext(caller.context())
        .setSurvivorId(CUSTOMER)
        .setMergedId(merged)
        .build();
  }

  private static UpsertCustomerRequest ofAnotherName(UpsertCustomerRequest request) {
    UpsertCustomerRequest.Builder other = request.toBuilder();
    other.getAttributesBuilder().setGivenName("Rosalind");
    return other.build();
  }

  private static GetAccountStatusRequest status(String customer) {
    return GetAccountStatusRequest.newBuilder().setCustomerId(customer).build();
  }

  private static OpenCaseRequest open(Caller caller, String key) {
    return OpenCaseRequest.newBuilder()
        .setContext(caller.context())
        .setKind(CaseKind.CASE_KIND_REFUND)
        .setSubject("Refund missing after return")
        .setCustomerId(CUSTOMER)
        .addLinks(CaseLink.newBuilder().setKind(CaseLink.Kind.KIND_RETURN).setId("RT-5521"))
        .addComments(
            NewComment.newBuilder()
                .setVisibility(Visibility.VISIBILITY_PUBLIC)
                .setText("Opened at the till."))
        .setDedupeKey(key)
        .build();
  }

  private static Case opened(Caller caller) {
    return caller.call(SupportServiceGrpc.getOpenCaseMethod(), open(caller, "")).getCase();
  }

  private static UpdateCaseRequest update(Caller caller, String id) {
    return UpdateCaseRequest.newBuilder()
        .setContext(caller.context())
        .setCaseId(id)
        .setPatch(CasePatch.newBuilder().setStatus(CaseStatus.CASE_STATUS_OPEN))
        .addAddComments(
            NewComment.newBuilder()
                .setText("We are looking into it.")
                .setVisibility(Visibility.VISIBILITY_PUBLIC))
        .build();
  }

  private static AddCommentRequest comment(Caller caller, String id) {
    return AddCommentRequest.newBuilder()
        .setContext(caller.context())
        .setCaseId(id)
        .setComment(
            NewComment.newBuilder()
                .setVisibility(Visibility.VISIBILITY_PRIVATE)
                .setText("Between us."))
        .build();
  }

  private static ListCommentsRequest comments(String id) {
    return ListCommentsRequest.newBuilder().setCaseId(id).build();
  }

  private static CommandContext context() {
    return CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()).build();
  }

  private static GetCaseRequest getCase(String id) {
    return GetCaseRequest.newBuilder().setCaseId(id).build();
  }
}
