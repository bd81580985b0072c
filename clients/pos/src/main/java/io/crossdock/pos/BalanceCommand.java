package io.crossdock.pos;

import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.PointsBalance;
import io.crossdock.terminal.FailureMessages;
import io.crossdock.terminal.HubCommand;
import io.crossdock.terminal.Printable;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a member's points balance. */
@Command(
    name = "balance",
    mixinStandardHelpOptions = true,
    description = "Shows a member's points balance.")
final class BalanceCommand extends HubCommand<GetBalanceResponse> {

  @Parameters(paramLabel = "MEMBER", description = "The member's number, for example M-1001.")
  private String member = "";

  BalanceCommand() {
    super("crossdock-pos", "till balance", LoyaltyServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected GetBalanceResponse ask(Hub hub) {
    return hub.stub(LoyaltyServiceGrpc::newBlockingStub)
        .getBalance(GetBalanceRequest.newBuilder().setMemberId(member).build());
  }

  @Override
  protected void print(GetBalanceResponse answer, PrintWriter out) {
    Balance balance = answer.getBalance();
    out.println(
        Printable.line(
            (balance.getMemberId() + "  " + balance.getTier()).strip() + "  " + status(balance)));
    PointsBalance main =
        balance.getBalancesCount() == 0
            ? PointsBalance.getDefaultInstance()
            : balance.getBalances(0);
    String worth =
        main.hasCashEquivalent() ? " = " + TillFormat.money(main.getCashEquivalent()) : "";
    Receipt receipt =
        new Receipt()
            .add("available", TillFormat.points(main.getAvailable()) + worth)
            .add("pending", TillFormat.points(main.getPending()))
            .add("reserved", TillFormat.points(main.getReserved()));
    balance.getBalancesList().stream()
        .skip(1)
        .forEach(other ->
            receipt.add(
                other.getAvailable().getCurrencyCode().toLowerCase(Locale.ROOT),
                TillFormat.points(other.getAvailable())));
    receipt.print(out);
    out.println(TillFormat.freshness(answer.getFreshness(), answer.getHubFreshness()));
  }

  @Override
  protected FailureMessages failureMessages() {
    return new FailureMessages(
        "The loyalty system",
        "sell without points",
        "There is no member %s.".formatted(member),
        "%s is not a member number.".formatted(member));
  }

  private static String status(Balance balance) {
    return switch (balance.getStatus()) {
      case MEMBERSHIP_STATUS_ACTIVE -> "active";
      case MEMBERSHIP_STATUS_PROSPECT -> "not confirmed: can earn but not redeem";
      case MEMBERSHIP_STATUS_SUSPENDED -> "suspended: can neither earn nor redeem";
      case MEMBERSHIP_STATUS_CLOSED -> "closed";
      case MEMBERSHIP_STATUS_MERGED -> "merged into another member";
      case MEMBERSHIP_STATUS_UNSPECIFIED, UNRECOGNIZED -> "status unknown";
    };
  }
}
