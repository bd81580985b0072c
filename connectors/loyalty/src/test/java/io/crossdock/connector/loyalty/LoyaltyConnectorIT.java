package io.crossdock.connector.loyalty;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.testkit.Caller;
import io.crossdock.connector.testkit.ConnectorConformance;
import io.crossdock.connector.testkit.MethodCase;
import io.crossdock.failure.Failure;
import io.crossdock.loyalty.v1.Account;
import io.crossdock.loyalty.v1.AccruePointsRequest;
import io.crossdock.loyalty.v1.AdjustPointsRequest;
import io.crossdock.loyalty.v1.AdjustmentReason;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.CommitRedemptionRequest;
import io.crossdock.loyalty.v1.CommitRedemptionResponse;
import io.crossdock.loyalty.v1.CurrencyAccount;
import io.crossdock.loyalty.v1.EnrolMemberRequest;
import io.crossdock.loyalty.v1.Entry;
import io.crossdock.loyalty.v1.GetAccountRequest;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetRedemptionRequest;
import io.crossdock.loyalty.v1.HoldKind;
import io.crossdock.loyalty.v1.LinkCardRequest;
import io.crossdock.loyalty.v1.ListEntriesRequest;
import io.crossdock.loyalty.v1.ListEntriesResponse;
import io.crossdock.loyalty.v1.ListRewardsRequest;
import io.crossdock.loyalty.v1.ListVouchersRequest;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.MembershipStatus;
import io.crossdock.loyalty.v1.MergeMembersRequest;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.crossdock.loyalty.v1.Redemption;
import io.crossdock.loyalty.v1.RedemptionStatus;
import io.crossdock.loyalty.v1.ReservePointsRequest;
import io.crossdock.loyalty.v1.ReverseEntryRequest;
import io.crossdock.loyalty.v1.ReverseEntryRequest.ReversalReason;
import io.crossdock.loyalty.v1.TransferPointsRequest;
import io.crossdock.loyalty.v1.VoidRedemptionRequest;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LoyaltyConnectorIT extends ConnectorConformance {

  private static final String MEMBER = "M-1001";
  private static final String ORDER = "EU-001:till-03:000123:2026-11-21";
  private static final Money FIVE_EUROS =
      Money.newBuilder().setCurrencyCode("EUR").setUnits(5).build();

  @Override
  protected ConnectorProcess process() {
    return LoyaltyConnector.process();
  }

  @Override
  protected String backendName() {
    return "loyalty";
  }

  @Override
  protected String bearerToken() {
    return "estate-loyalty-token";
  }

  @Override
  protected List<ServiceDescriptor> services() {
    return List.of(LoyaltyServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected List<MethodCase<?, ?>> cases() {
    return List.of(
        MethodCase.of(LoyaltyServiceGrpc.getGetBalanceMethod())
            .answers(
                _ -> balanceOf(MEMBER),
                answer -> {
                  PointsBalance points = answer.getBalance().getBalances(0);
                  assertThat(points.getAvailable()).isEqualTo(points(12480));
                  assertThat(points.getPending()).isEqualTo(points(350));
                  assertThat(answer.getBalance().getBalances(1).getAvailable().getCurrencyCode())
                      .isEqualTo("STATUS");
                  assertThat(answer.getBalance().getAccountId()).isEqualTo("A-1001");
                  assertThat(answer.getBalance().getProgrammeId()).isEqualTo("MAIN");
                  assertThat(answer.getBalance().getTier()).isEqualTo("GOLD");
                  assertThat(answer.getBalance().getStatus())
                      .isEqualTo(MembershipStatus.MEMBERSHIP_STATUS_ACTIVE);
                  assertThat(points.getCashEquivalent())
                      .isEqualTo(
                          Money.newBuilder()
                              .setCurrencyCode("EUR")
                              .setUnits(124)
                              .setNanos(800_000_000)
                              .build());
                  assertThat(answer.getFreshness().getSourceSystem()).isEqualTo("loyalty");
                  assertThat(answer.getFreshness().hasAsOf()).isTrue();
                })
            .findsNothing(_ -> balanceOf("M-999999"))
            .refuses(balanceOf("not an id")),
        MethodCase.of(LoyaltyServiceGrpc.getGetAccountMethod())
            .answers(
                _ -> GetAccountRequest.newBuilder().setMemberId(MEMBER).build(),
                answer -> verifyAccount(answer.getAccount()))
            .findsNothing(_ -> GetAccountRequest.newBuilder().setMemberId("M-999999").build())
            .refuses(GetAccountRequest.getDefaultInstance()),
        MethodCase.of(LoyaltyServiceGrpc.getListEntriesMethod())
            .answers(
                _ -> ListEntriesRequest.newBuilder().setMemberId(MEMBER).build(),
                answer -> assertThat(answer.getEntriesList()).isNotEmpty())
            .findsNothing(_ -> ListEntriesRequest.newBuilder().setMemberId("M-999999").build())
            .refuses(ListEntriesRequest.newBuilder().setMemberId(MEMBER).setPageSize(1000).build()),
        MethodCase.of(LoyaltyServiceGrpc.getGetRedemptionMethod())
            .answers(
                caller -> redemption(reserved(caller).getRedemptionId()),
                answer -> {
                  assertThat(answer.getRedemption().getStatus())
                      .isEqualTo(RedemptionStatus.REDEMPTION_STATUS_RESERVED);
                  assertThat(answer.getRedemption().getPoints()).isEqualTo(points(500));
                })
            .findsNothing(_ -> redemption("R-0-0"))
            .refuses(GetRedemptionRequest.newBuilder().setMemberId(MEMBER).build()),
        MethodCase.of(LoyaltyServiceGrpc.getReservePointsMethod())
            .answers(
                caller -> reserve(caller, MEMBER, 500),
                answer -> {
                  assertThat(answer.getRedemption().getStatus())
                      .isEqualTo(RedemptionStatus.REDEMPTION_STATUS_RESERVED);
                  assertThat(answer.getRedemption().getHoldKind())
                      .isEqualTo(HoldKind.HOLD_KIND_NATIVE);
                  assertThat(answer.getRedemption().hasExpiresAt()).isTrue();
                  assertThat(answer.getRedemption().getValue()).isEqualTo(FIVE_EUROS);
                  assertBalance(answer.getBalance(), 11980, 500);
                })
            .findsNothing(caller -> reserve(caller, "M-999999", 500))
            .refuses(ReservePointsRequest.newBuilder().setMemberId(MEMBER).build())
            .writesTo("/redemptions")
            .unlike(request -> request.toBuilder().setPoints(points(600)).build()),
        MethodCase.of(LoyaltyServiceGrpc.getCommitRedemptionMethod())
            .answers(
                caller -> commit(caller, reserved(caller).getRedemptionId(), 500),
                answer -> {
                  assertThat(answer.getRedemption().getStatus())
                      .isEqualTo(RedemptionStatus.REDEMPTION_STATUS_COMMITTED);
                  assertThat(answer.getRedemption().getEntryIdsList()).hasSize(1);
                  assertBalance(answer.getBalance(), 11980, 0);
                })
            .findsNothing(caller -> commit(caller, "R-0-0", 500))
            .refuses(CommitRedemptionRequest.newBuilder().setMemberId(MEMBER).build())
            .writesTo("/capture")
            .unlike(request -> request.toBuilder().setPoints(points(400)).build()),
        MethodCase.of(LoyaltyServiceGrpc.getVoidRedemptionMethod())
            .answers(
                caller -> voidOf(caller, MEMBER, reserved(caller).getRedemptionId()),
                answer -> {
                  assertThat(answer.getRedemption().getStatus())
                      .isEqualTo(RedemptionStatus.REDEMPTION_STATUS_VOIDED);
                  assertBalance(answer.getBalance(), 12480, 0);
                })
            .findsNothing(caller -> voidOf(caller, "M-1002", reserved(caller).getRedemptionId()))
            .refuses(VoidRedemptionRequest.newBuilder().setMemberId(MEMBER).build())
            .writesTo("/void")
            .leavesNoTrace("a void says nothing but which redemption it is of"),
        MethodCase.of(LoyaltyServiceGrpc.getAccruePointsMethod())
            .answers(
                caller -> accrue(caller, MEMBER),
                answer -> {
                  assertThat(answer.getEntriesList()).hasSize(1);
                  assertThat(answer.getEntries(0).getPoints()).isEqualTo(points(120));
                  assertThat(answer.getEntries(0).getKind()).isEqualTo(Entry.Kind.KIND_EARNED);
                  assertThat(answer.getBalance().getBalances(0).getPending())
                      .isEqualTo(points(470));
                })
            .findsNothing(caller -> accrue(caller, "M-999999"))
            .refuses(AccruePointsRequest.newBuilder().setMemberId(MEMBER).build())
            .writesTo("/earnings")
            .unlike(request -> request.toBuilder().setPoints(points(130)).build()),
        MethodCase.of(LoyaltyServiceGrpc.getReverseEntryMethod())
            .answers(
                caller -> reverse(caller, MEMBER, spent(caller)),
                answer -> {
                  assertThat(answer.getEntry().getPoints()).isEqualTo(points(500));
                  assertThat(answer.getEntry().getKind()).isEqualTo(Entry.Kind.KIND_REVERSED);
                  assertBalance(answer.getBalance(), 12480, 0);
                })
            .findsNothing(caller -> reverse(caller, MEMBER, "E-0-0"))
            .refuses(ReverseEntryRequest.newBuilder().setMemberId(MEMBER).build())
            .writesTo("/reversals")
            .unlike(request -> request.toBuilder().setPoints(points(400)).build()),
        MethodCase.of(LoyaltyServiceGrpc.getAdjustPointsMethod())
            .answers(
                caller -> adjust(caller, MEMBER, 200),
                answer -> {
                  assertThat(answer.getEntry().getKind()).isEqualTo(Entry.Kind.KIND_ADJUSTED);
                  assertThat(answer.getEntry().getPoints()).isEqualTo(points(200));
                  assertThat(answer.getEntry().getAdjustmentReason())
                      .isEqualTo(AdjustmentReason.ADJUSTMENT_REASON_GOODWILL);
                  assertBalance(answer.getBalance(), 12680, 0);
                })
            .findsNothing(caller -> adjust(caller, "M-999999", 200))
            .refuses(adjust(caller(), MEMBER, 0))
            .writesTo("/adjustments")
            .unlike(request -> request.toBuilder().setPoints(points(210)).build()),
        MethodCase.of(LoyaltyServiceGrpc.getTransferPointsMethod())
            .answers(
                caller -> transfer(caller, "M-1002"),
                answer -> {
                  assertThat(answer.getEntriesList())
                      .extracting(entry -> entry.getPoints().getUnits())
                      .containsExactly(-300L, 300L);
                  assertBalance(answer.getFromBalance(), 12180, 0);
                  assertThat(answer.getToBalance().getMemberId()).isEqualTo("M-1002");
                })
            .findsNothing(caller -> transfer(caller, "M-999999"))
            .refuses(transfer(caller(), MEMBER))
            .writesTo("/transfers")
            .unlike(request -> request.toBuilder().setPoints(points(310)).build()),
        MethodCase.of(LoyaltyServiceGrpc.getEnrolMemberMethod())
            .cannot(
                EnrolMemberRequest.newBuilder()
                    .setContext(context())
                    .setCustomerId("C-1001")
                    .build()),
        MethodCase.of(LoyaltyServiceGrpc.getLinkCardMethod())
            .cannot(
                LinkCardRequest.newBuilder()
                    .setContext(context())
                    .setMemberId(MEMBER)
                    .setCard("2990000010017")
                    .build()),
        MethodCase.of(LoyaltyServiceGrpc.getMergeMembersMethod())
            .cannot(
                MergeMembersRequest.newBuilder()
                    .setContext(context())
                    .setSurvivorId(MEMBER)
                    .setMergedId("M-1002")
                    .build()),
        MethodCase.of(LoyaltyServiceGrpc.getListVouchersMethod())
            .cannot(ListVouchersRequest.newBuilder().setMemberId(MEMBER).build()),
        MethodCase.of(LoyaltyServiceGrpc.getListRewardsMethod())
            .answers(
                _ -> ListRewardsRequest.newBuilder().setMemberId(MEMBER).build(),
                answer ->
                    assertThat(answer.getRewardsList())
                        .anySatisfy(reward -> {
                          assertThat(reward.getRewardId()).isEqualTo("RW-COFFEE");
                          assertThat(reward.getCost()).isEqualTo(points(500));
                          assertThat(reward.getEligible()).isTrue();
                        }))
            .findsNothing(_ -> ListRewardsRequest.newBuilder().setMemberId("M-999999").build())
            .refuses(ListRewardsRequest.getDefaultInstance()));
  }

  @Test
  void leavesOutAnEntryThatItCannotUnderstandAndNamesIt() throws IOException {
    ListEntriesRequest all = ListEntriesRequest.newBuilder().setMemberId(MEMBER).build();
    int entries = caller().call(LoyaltyServiceGrpc.getListEntriesMethod(), all).getEntriesCount();
    withEdited(
        "/ledger",
        answer -> ((ObjectNode) answer.path("data").path(0)).put("points", "many"),
        caller -> {
          ListEntriesResponse answer = caller.call(LoyaltyServiceGrpc.getListEntriesMethod(), all);
          assertThat(answer.getEntriesList()).hasSize(entries - 1);
          assertThat(answer.getUnreadableEntryIdsList()).hasSize(1);
        });
  }

  @Test
  void refusesAnAnswerAboutSomethingElse() throws IOException {
    Redemption held = reserved(caller());
    withEdited(
        "/void",
        answer -> ((ObjectNode) answer.path("redemption")).put("id", "R-0-0"),
        caller -> {
          Failure failure =
              failure(() ->
                  caller.call(
                      LoyaltyServiceGrpc.getVoidRedemptionMethod(),
                      voidOf(caller, MEMBER, held.getRedemptionId())));
          assertThat(failure.reason()).isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
          assertThat(failure.unknownOutcome()).isNotNull();
        });
    withEdited(
        "/earnings",
        answer -> ((ObjectNode) answer.path("balance")).put("member_id", "M-1002"),
        caller ->
            assertThat(
                    failure(() ->
                            caller.call(
                                LoyaltyServiceGrpc.getAccruePointsMethod(), accrue(caller, MEMBER)))
                        .reason())
                .isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID));
  }

  @Test
  void refusesMorePointsThanThereAre() {
    Failure failure =
        failure(() ->
            caller()
                .call(
                    LoyaltyServiceGrpc.getReservePointsMethod(),
                    reserve(caller(), MEMBER, 50_000)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_INSUFFICIENT);
    assertThat(failure.preconditions()).singleElement().extracting("type").isEqualTo("POINTS");
    assertThat(failure.metadata()).containsEntry("available_points", "12480");
  }

  @Test
  void refusesPortionsThatTheProgrammeDoesNotAllow() {
    Failure failure =
        failure(() ->
            caller()
                .call(LoyaltyServiceGrpc.getReservePointsMethod(), reserve(caller(), MEMBER, 7)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_REFUSED_BY_POLICY);
  }

  @Test
  void refusesAMemberWhoIsOnHold() {
    Failure failure =
        failure(() ->
            caller()
                .call(
                    LoyaltyServiceGrpc.getReservePointsMethod(), reserve(caller(), "M-1007", 500)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_ACCOUNT_NOT_ACTIVE);
    assertThat(failure.metadata()).containsEntry("status", "MEMBERSHIP_STATUS_SUSPENDED");
  }

  @Test
  void tellsAStatusThatTheContractHasNoWordFor() {
    Account account =
        caller()
            .call(
                LoyaltyServiceGrpc.getGetAccountMethod(),
                GetAccountRequest.newBuilder().setMemberId("M-1010").build())
            .getAccount();

    assertThat(account.getMembers(0).getStatus())
        .isEqualTo(MembershipStatus.MEMBERSHIP_STATUS_UNSPECIFIED);
    assertThat(account.getMembers(0).getRawStatus()).isEqualTo("under_review");
  }

  @Test
  void saysThatAHoldHasRunOut() {
    String redemption = reserved(caller()).getRedemptionId();
    backend().advance(901);

    Failure failure =
        failure(() ->
            caller()
                .call(
                    LoyaltyServiceGrpc.getCommitRedemptionMethod(),
                    commit(caller(), redemption, 500)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_EXPIRED);
  }

  @Test
  void refusesToVoidWhatIsCommitted() {
    String redemption = reserved(caller()).getRedemptionId();
    caller()
        .call(LoyaltyServiceGrpc.getCommitRedemptionMethod(), commit(caller(), redemption, 500));

    Failure failure =
        failure(() ->
            caller()
                .call(
                    LoyaltyServiceGrpc.getVoidRedemptionMethod(),
                    voidOf(caller(), MEMBER, redemption)));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_INVALID_STATE);
    assertThat(failure.metadata()).containsEntry("status", "REDEMPTION_STATUS_COMMITTED");
  }

  @Test
  void spendsLessThanWasHeldAndReleasesTheRest() {
    String held = reserved(caller()).getRedemptionId();

    CommitRedemptionResponse answer =
        caller()
            .call(
                LoyaltyServiceGrpc.getCommitRedemptionMethod(),
                commit(caller(), held, 300).toBuilder()
                    .setValue(Money.newBuilder().setCurrencyCode("EUR").setUnits(3))
                    .build());

    assertThat(answer.getRedemption().getPoints()).isEqualTo(points(500));
    assertThat(answer.getRedemption().getCommittedPoints()).isEqualTo(points(300));
    assertBalance(answer.getBalance(), 12180, 0);
  }

  @Test
  void findsWhatARequestDidWhoseAnswerWasLost() {
    ReservePointsRequest hold = reserve(caller(), MEMBER, 500);
    AccruePointsRequest accrual = accrue(caller(), MEMBER);
    Redemption held =
        caller().call(LoyaltyServiceGrpc.getReservePointsMethod(), hold).getRedemption();
    List<Entry> earned =
        caller().call(LoyaltyServiceGrpc.getAccruePointsMethod(), accrual).getEntriesList();

    Redemption found =
        caller()
            .call(
                LoyaltyServiceGrpc.getGetRedemptionMethod(),
                GetRedemptionRequest.newBuilder()
                    .setMemberId(MEMBER)
                    .setRequestId(hold.getContext().getRequestId())
                    .build())
            .getRedemption();
    List<Entry> entries =
        caller()
            .call(
                LoyaltyServiceGrpc.getListEntriesMethod(),
                ListEntriesRequest.newBuilder()
                    .setMemberId(MEMBER)
                    .setRequestId(accrual.getContext().getRequestId())
                    .build())
            .getEntriesList();

    assertThat(found.getRedemptionId()).isEqualTo(held.getRedemptionId());
    assertThat(entries)
        .extracting(Entry::getEntryId)
        .isEqualTo(List.of(earned.get(0).getEntryId()));
  }

  @Test
  void creditsPointsWithoutAnOrder() {
    AccruePointsRequest birthday =
        accrue(caller(), MEMBER).toBuilder().clearOrderId().setCampaignId("BIRTHDAY").build();

    Entry entry = caller().call(LoyaltyServiceGrpc.getAccruePointsMethod(), birthday).getEntries(0);

    assertThat(entry.getKind()).isEqualTo(Entry.Kind.KIND_BONUS);
    assertThat(entry.getOrderId()).isEmpty();
  }

  @Test
  void refusesPointsOfACurrencyThatCannotBeSpent() {
    Failure failure =
        failure(() ->
            caller()
                .call(
                    LoyaltyServiceGrpc.getReservePointsMethod(),
                    reserve(caller(), MEMBER, 500).toBuilder()
                        .setPoints(points(500).toBuilder().setCurrencyCode("STATUS"))
                        .build()));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(failure.violations().getFirst().field()).isEqualTo("points.currency_code");
  }

  @Test
  void spendsPointsInOneStep() {
    Redemption redemption =
        caller()
            .call(LoyaltyServiceGrpc.getCommitRedemptionMethod(), commit(caller(), "", 500))
            .getRedemption();

    assertThat(redemption.getStatus()).isEqualTo(RedemptionStatus.REDEMPTION_STATUS_COMMITTED);
    assertThat(redemption.getHoldKind()).isEqualTo(HoldKind.HOLD_KIND_NONE);
  }

  @Test
  void tellsEveryEntryOnceOverThePages() {
    ListEntriesRequest all =
        ListEntriesRequest.newBuilder().setMemberId(MEMBER).setPageSize(200).build();
    List<Entry> once =
        caller().call(LoyaltyServiceGrpc.getListEntriesMethod(), all).getEntriesList();

    List<Entry> paged = new ArrayList<>();
    ListEntriesRequest page = all.toBuilder().setPageSize(3).build();
    ListEntriesResponse answer;
    do {
      answer = caller().call(LoyaltyServiceGrpc.getListEntriesMethod(), page);
      paged.addAll(answer.getEntriesList());
      page = page.toBuilder().setPageToken(answer.getNextPageToken()).build();
    } while (!answer.getNextPageToken().isEmpty());

    assertThat(paged).isEqualTo(once).hasSizeGreaterThan(3);
  }

  @Test
  void refusesThePageTokenOfAnotherList() {
    ListEntriesRequest page =
        ListEntriesRequest.newBuilder().setMemberId(MEMBER).setPageSize(1).build();
    String token =
        caller().call(LoyaltyServiceGrpc.getListEntriesMethod(), page).getNextPageToken();

    Failure failure =
        failure(() ->
            caller()
                .call(
                    LoyaltyServiceGrpc.getListEntriesMethod(),
                    page.toBuilder().setMemberId("M-1002").setPageToken(token).build()));

    assertThat(token).isNotEmpty();
    assertThat(failure.reason()).isEqualTo(Reason.REASON_PAGE_TOKEN_INVALID);
  }

  @Test
  void handsTheRequestIdToThePlatform() {
    ReservePointsRequest request = reserve(caller(), MEMBER, 500);

    caller().call(LoyaltyServiceGrpc.getReservePointsMethod(), request);

    assertThat(lastRequest().path("idempotency_key").asText())
        .isEqualTo(request.getContext().getRequestId());
  }

  private static GetBalanceRequest balanceOf(String member) {
    return GetBalanceRequest.newBuilder().setMemberId(member).build();
  }

  private static ReservePointsRequest reserve(Caller caller, String member, long points) {
    return ReservePointsRequest.newBuilder()
        .setContext(caller.context())
        .setMemberId(member)
        .setPoints(points(points))
        .setOrderId(ORDER)
        .build();
  }

  private static Points points(long units) {
    return Points.newBuilder().setCurrencyCode("POINTS").setUnits(units).build();
  }

  private static GetRedemptionRequest redemption(String id) {
    return GetRedemptionRequest.newBuilder().setMemberId(MEMBER).setRedemptionId(id).build();
  }

  private static AdjustPointsRequest adjust(Caller caller, String member, long points) {
    return AdjustPointsRequest.newBuilder()
        .setContext(caller.context())
        .setMemberId(member)
        .setPoints(points(points))
        .setReason(AdjustmentReason.ADJUSTMENT_REASON_GOODWILL)
        .build();
  }

  private static TransferPointsRequest transfer(Caller caller, String to) {
    return TransferPointsRequest.newBuilder()
        .setContext(caller.context())
        .setFromMemberId(MEMBER)
        .setToMemberId(to)
        .setPoints(points(300))
        .build();
  }

  private static CommandContext context() {
    return CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()).build();
  }

  private static Redemption reserved(Caller caller) {
    return caller
        .call(LoyaltyServiceGrpc.getReservePointsMethod(), reserve(caller, MEMBER, 500))
        .getRedemption();
  }

  private static CommitRedemptionRequest commit(Caller caller, String redemption, long points) {
    return CommitRedemptionRequest.newBuilder()
        .setContext(caller.context())
        .setMemberId(MEMBER)
        .setRedemptionId(redemption)
        .setPoints(points(points))
        .setOrderId(ORDER)
        .setValue(FIVE_EUROS)
        .build();
  }

  private static VoidRedemptionRequest voidOf(Caller caller, String member, String redemption) {
    return VoidRedemptionRequest.newBuilder()
        .setContext(caller.context())
        .setMemberId(member)
        .setRedemptionId(redemption)
        .setReason(VoidRedemptionRequest.VoidReason.VOID_REASON_SALE_ABANDONED)
        .build();
  }

  private static AccruePointsRequest accrue(Caller caller, String member) {
    return AccruePointsRequest.newBuilder()
        .setContext(caller.context())
        .setMemberId(member)
        .setOrderId(ORDER)
        .setPoints(points(120))
        .build();
  }

  private static String spent(Caller caller) {
    return caller
        .call(LoyaltyServiceGrpc.getCommitRedemptionMethod(), commit(caller, "", 500))
        .getRedemption()
        .getEntryIds(0);
  }

  private static ReverseEntryRequest reverse(Caller caller, String member, String entry) {
    return ReverseEntryRequest.newBuilder()
        .setContext(caller.context())
        .setMemberId(member)
        .setEntryId(entry)
        .setReason(ReversalReason.REVERSAL_REASON_RETURN)
        .setReturnId("RT-5521")
        .build();
  }

  private static void verifyAccount(Account account) {
    CurrencyAccount main = account.getCurrencies(0);
    assertThat(account.getAccountId()).isEqualTo("A-1001");
    assertThat(main.getBalance().getAvailable()).isEqualTo(points(12480));
    assertThat(main.getPendingList())
        .extracting(pending -> pending.getPoints().getUnits())
        .containsExactly(200L, 150L);
    assertThat(main.getExpiring(0).getPoints()).isEqualTo(points(800));
    assertThat(main.getRate().getPoints()).isEqualTo(points(100));
    assertThat(main.getRate().getStep()).isEqualTo(points(10));
    assertThat(account.getTiers(0).getTier().getCode()).isEqualTo("GOLD");
    assertThat(account.getTiers(0).getProgress(0).getTier()).isEqualTo("PLATINUM");
    assertThat(account.getMembers(0).getCustomerId()).isEqualTo("C-1001");
    assertThat(account.getMembers(0).getExternalIdsList())
        .extracting("value")
        .contains("C-1001", "2990000010017");
    assertThat(account.getEtag()).isNotEmpty();
  }

  private static void assertBalance(Balance balance, long available, long reserved) {
    assertThat(balance.getBalances(0).getAvailable()).isEqualTo(points(available));
    assertThat(balance.getBalances(0).getReserved()).isEqualTo(points(reserved));
  }
}
