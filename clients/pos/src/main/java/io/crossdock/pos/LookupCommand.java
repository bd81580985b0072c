package io.crossdock.pos;

import io.crossdock.customer.v1.CustomerMatch;
import io.crossdock.customer.v1.CustomerServiceGrpc;
import io.crossdock.customer.v1.CustomerSummary;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.customer.v1.LookupCustomerResponse;
import io.crossdock.terminal.FailureMessages;
import io.crossdock.terminal.HubCommand;
import io.crossdock.terminal.Printable;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds a customer. */
@Command(
    name = "lookup",
    mixinStandardHelpOptions = true,
    description = "Finds a customer by card, phone number or email address.")
final class LookupCommand extends HubCommand<LookupCustomerResponse> {

  private static final int SURE = 1000;

  @ArgGroup(multiplicity = "1")
  private By by = new By();

  /** What is known of the customer; one of the three. */
  private static final class By {
    @Parameters(
        paramLabel = "CARD",
        arity = "1",
        description = "Number of a card, for example 2990000010017.")
    private String card = "";

    @Option(
        names = "--phone",
        required = true,
        paramLabel = "NUMBER",
        description = "Phone number, for example +4930123456.")
    private String phone = "";

    @Option(
        names = "--email",
        required = true,
        paramLabel = "ADDRESS",
        description = "Email address, for example ada@example.com.")
    private String email = "";
  }

  LookupCommand() {
    super("crossdock-pos", "till lookup", CustomerServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected LookupCustomerResponse ask(Hub hub) {
    LookupCustomerRequest.Builder request = LookupCustomerRequest.newBuilder();
    if (!by.phone.isEmpty()) {
      request.setPhone(by.phone);
    } else if (!by.email.isEmpty()) {
      request.setEmail(by.email);
    } else {
      request.setCard(by.card);
    }
    return hub.stub(CustomerServiceGrpc::newBlockingStub).lookupCustomer(request.build());
  }

  @Override
  protected void print(LookupCustomerResponse answer, PrintWriter out) {
    answer.getMatchesList().forEach(match -> print(match, out));
    out.println(TillFormat.freshness(answer.getFreshness(), answer.getHubFreshness()));
  }

  @Override
  protected FailureMessages failureMessages() {
    return new FailureMessages(
        "The customer system",
        "sell without the customer",
        "No customer found.",
        "Not a card number, a phone number or an email address.");
  }

  private static void print(CustomerMatch match, PrintWriter out) {
    CustomerSummary customer = match.getCustomer();
    StringBuilder line = new StringBuilder(customer.getCustomerId());
    if (!customer.getDisplayName().isEmpty()) {
      line.append("  ").append(customer.getDisplayName());
    }
    line.append("  ")
        .append(
            customer.getMemberId().isEmpty() ? "not a member" : "member " + customer.getMemberId());
    line.append("  ").append(standing(customer));
    if (match.getConfidencePermille() < SURE) {
      line.append(
          String.format(Locale.ROOT, "  %.1f %% confidence", match.getConfidencePermille() / 10.0));
    }
    out.println(Printable.line(line.toString()));
  }

  private static String standing(CustomerSummary customer) {
    return switch (customer.getStatus()) {
      case CUSTOMER_STATUS_ACTIVE -> "active";
      case CUSTOMER_STATUS_BLOCKED -> "blocked: ask a supervisor";
      case CUSTOMER_STATUS_MERGED -> "merged into " + customer.getMergedInto();
      case CUSTOMER_STATUS_ERASURE_PENDING, CUSTOMER_STATUS_ERASED -> "erased";
      case CUSTOMER_STATUS_UNSPECIFIED, UNRECOGNIZED -> "status unknown";
    };
  }
}
