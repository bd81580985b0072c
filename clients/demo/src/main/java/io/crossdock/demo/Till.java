package io.crossdock.demo;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.Timestamps;
import io.crossdock.client.CrossdockClient;
import io.crossdock.client.Failures;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.customer.v1.CustomerServiceGrpc;
import io.crossdock.customer.v1.CustomerServiceGrpc.CustomerServiceBlockingStub;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.customer.v1.LookupCustomerResponse;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.EventServiceGrpc.EventServiceBlockingStub;
import io.crossdock.event.v1.PointsAccrued;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.event.v1.PublishedEvent;
import io.crossdock.failure.Failure;
import io.crossdock.inventory.v1.Availability;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.inventory.v1.InventoryServiceGrpc.InventoryServiceBlockingStub;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc.LoyaltyServiceBlockingStub;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A till that calls the hub and knows what the responses must be.
 *
 * <p>The figures are those of the estate's test data: see {@code connectors/estate/README.md}.
 */
final class Till implements AutoCloseable {
  private static final long POINTS = 12_480;
  private static final long EARNED = 120;
  private static final Duration PATIENCE_FIRST = Duration.ofSeconds(20);
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().omittingInsignificantWhitespace().preservingProtoFieldNames();

  private final PrintStream out;
  private final CrossdockClient hub;
  // What the loyalty service publishes is no part of a trace of the till.
  private final CrossdockClient loyaltyService;
  private final WebShop webShop;
  private final Tracer tracer;
  private final LoyaltyServiceBlockingStub loyalty;
  private final InventoryServiceBlockingStub inventory;
  private final CustomerServiceBlockingStub customers;
  private final EventServiceBlockingStub events;
  private final List<String> problems = new ArrayList<>();

  Till(String address, WebShop webShop, OpenTelemetry telemetry, PrintStream out) {
    this.out = out;
    this.webShop = webShop;
    hub =
        CrossdockClient.builder(address)
            .name("crossdock-demo")
            .telemetry(telemetry)
            .services(
                LoyaltyServiceGrpc.getServiceDescriptor(),
                InventoryServiceGrpc.getServiceDescriptor(),
                CustomerServiceGrpc.getServiceDescriptor())
            .build();
    loyaltyService =
        CrossdockClient.builder(address)
            .name("loyalty-service")
            .services(EventServiceGrpc.getServiceDescriptor())
            .build();
    tracer = telemetry.getTracer("crossdock-demo");
    loyalty = hub.stub(LoyaltyServiceGrpc::newBlockingStub);
    inventory = hub.stub(InventoryServiceGrpc::newBlockingStub);
    customers = hub.stub(CustomerServiceGrpc::newBlockingStub);
    events = loyaltyService.stub(EventServiceGrpc::newBlockingStub);
  }

  /**
   * Asks each service for something else until it answers: the very first call through processes
   * that have just started may be slower than its deadline.
   */
  void warmUp() {
    long end = System.nanoTime() + PATIENCE_FIRST.toNanos();
    repeat(end, () -> loyalty.getBalance(balance("M-1002")));
    repeat(end, () -> inventory.getAvailability(stock("SKU-1002", "EU-002")));
    repeat(end, () -> inventory.getAvailability(stock("SKU-1002", "US-002")));
    repeat(end, () -> customers.lookupCustomer(card("2990000010025")));
  }

  /** Makes the calls and prints each; returns what was wrong. */
  List<String> serve() {
    ask(
        "How many points does member M-1001 have?",
        balance("M-1001"),
        loyalty::getBalance,
        Till::text,
        answer -> checkBalance(answer, Freshness.Mode.MODE_LIVE, POINTS),
        answer -> text(answer.getFreshness(), answer.getHubFreshness()));
    ask(
        "The same again: from the hub's cache",
        balance("M-1001"),
        loyalty::getBalance,
        Till::text,
        answer -> checkBalance(answer, Freshness.Mode.MODE_CACHED, POINTS),
        answer -> text(answer.getFreshness(), answer.getHubFreshness()));
    earnPoints();
    ask(
        "And again, now that the cached balance is stale?",
        balance("M-1001"),
        loyalty::getBalance,
        Till::text,
        answer -> checkBalance(answer, Freshness.Mode.MODE_LIVE, POINTS + EARNED),
        answer -> text(answer.getFreshness(), answer.getHubFreshness()));
    ask(
        "How many of SKU-1001 can be sold in the store EU-001?",
        stock("SKU-1001", "EU-001"),
        inventory::getAvailability,
        Till::text,
        answer -> checkStock(answer, "erp-eu"),
        answer -> text(answer.getFreshness(), answer.getHubFreshness()));
    ask(
        "And in the store US-001, whose stock is in another ERP?",
        stock("SKU-1001", "US-001"),
        inventory::getAvailability,
        Till::text,
        answer -> checkStock(answer, "erp-us"),
        answer -> text(answer.getFreshness(), answer.getHubFreshness()));
    ask(
        "Whose card was just scanned?",
        card("2990000010017"),
        customers::lookupCustomer,
        Till::text,
        this::checkCustomer,
        answer -> text(answer.getFreshness(), answer.getHubFreshness()));
    askWrongly();
    return List.copyOf(problems);
  }

  @Override
  public void close() {
    hub.close();
    loyaltyService.close();
  }

  private <Q extends Message, A> void ask(
      String question,
      Q request,
      Function<Q, A> call,
      Function<A, String> text,
      Consumer<A> check,
      Function<A, String> freshness) {
    out.println();
    out.println(question);
    out.println("  > " + name(request) + " " + json(request));
    Span span = tracer.spanBuilder("till " + name(request)).startSpan();
    long begin = System.nanoTime();
    try (Scope _ = span.makeCurrent()) {
      A answer = call.apply(request);
      double millis = (System.nanoTime() - begin) / 1e6;
      out.println("  < " + text.apply(answer));
      out.printf(
          Locale.ROOT,
          "    %s, %.1f ms, trace %s%n",
          freshness.apply(answer),
          millis,
          span.getSpanContext().getTraceId());
      check.accept(answer);
    } catch (StatusRuntimeException e) {
      Failure failure = Failures.of(e);
      out.println("  < " + failure.reasonName() + ": " + failure.message());
      out.println("    trace " + span.getSpanContext().getTraceId());
      problems.add(question + " failed: " + failure.reasonName());
    } finally {
      span.end();
    }
  }

  /** Earns points at the loyalty service and publishes what it would publish. */
  private void earnPoints() {
    out.println();
    out.println("M-1001 earns 120 points in the web shop, and the loyalty service publishes it");
    String entry;
    try {
      entry = webShop.earn("M-1001", EARNED);
    } catch (IOException e) {
      problems.add("earning points failed: " + e.getMessage());
      return;
    }
    PublishRequest request =
        PublishRequest.newBuilder()
            .setContext(CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
            .addEvents(
                EventEnvelope.newBuilder()
                    .setEventId(UUID.randomUUID().toString())
                    .setSource("loyalty")
                    .setType(PointsAccrued.getDescriptor().getFullName())
                    .setKey("M-1001")
                    .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis()))
                    .setData(
                        Any.pack(
                            PointsAccrued.newBuilder()
                                .setMemberId("M-1001")
                                .setEntryId(entry)
                                .setPoints(Points.newBuilder().setUnits(EARNED))
                                .build())))
            .build();
    out.println(
        "  > Publish PointsAccrued {\"member_id\":\"M-1001\",\"points\":{\"units\":\"120\"}}");
    try {
      PublishedEvent written = events.publish(request).getEvents(0);
      out.println("  < recorded in the ledger");
      expect("whether the event is a duplicate", written.getDuplicate(), false);
    } catch (StatusRuntimeException e) {
      problems.add("publishing failed: " + Failures.of(e).reasonName());
    }
  }

  private void askWrongly() {
    GetBalanceRequest request = balance("M-9999999");
    out.println();
    out.println("What does the hub say about a member that does not exist?");
    out.println("  > " + name(request) + " " + json(request));
    Span span = tracer.spanBuilder("till " + name(request)).startSpan();
    try (Scope _ = span.makeCurrent()) {
      out.println("  < " + json(loyalty.getBalance(request)));
      problems.add("a member that does not exist has a balance");
    } catch (StatusRuntimeException e) {
      Failure failure = Failures.of(e);
      out.println("  < " + failure.reasonName() + ": " + failure.message());
      out.println("    trace " + span.getSpanContext().getTraceId());
      expect("reason for an unknown member", failure.reason(), Reason.REASON_NOT_FOUND);
    } finally {
      span.end();
    }
  }

  private void checkBalance(GetBalanceResponse answer, Freshness.Mode mode, long points) {
    expect("tier of M-1001", answer.getBalance().getTier(), "GOLD");
    expect("points of M-1001", pointsOf(answer).getAvailable().getUnits(), points);
    expect("pending points of M-1001", pointsOf(answer).getPending().getUnits(), 350L);
    expect("mode of the balance", answer.getHubFreshness().getMode(), mode);
    expect("source of the balance", answer.getFreshness().getSourceSystem(), "loyalty");
  }

  private void checkStock(GetAvailabilityResponse answer, String source) {
    expect(
        "pieces available in " + answer.getAvailability().getLocationId(),
        plain(answer.getAvailability().getAvailableToSell().getValue().getValue()),
        "16");
    expect("source of the stock", answer.getFreshness().getSourceSystem(), source);
  }

  private void checkCustomer(LookupCustomerResponse answer) {
    expect("customers with the card", answer.getMatchesCount(), 1);
    expect("customer with the card", answer.getMatches(0).getCustomer().getCustomerId(), "C-1001");
    expect("member with the card", answer.getMatches(0).getCustomer().getMemberId(), "M-1001");
  }

  private void expect(String what, Object found, Object expected) {
    if (!found.equals(expected)) {
      problems.add(what + ": " + found + " (expected: " + expected + ")");
    }
  }

  private static void repeat(long end, Runnable call) {
    while (true) {
      try {
        call.run();
        return;
      } catch (StatusRuntimeException e) {
        if (System.nanoTime() > end) {
          return;
        }
      }
    }
  }

  private static GetBalanceRequest balance(String member) {
    return GetBalanceRequest.newBuilder().setMemberId(member).build();
  }

  private static GetAvailabilityRequest stock(String item, String location) {
    return GetAvailabilityRequest.newBuilder().setItemId(item).setLocationId(location).build();
  }

  private static LookupCustomerRequest card(String number) {
    return LookupCustomerRequest.newBuilder().setCard(number).build();
  }

  /** Points of the programme's main currency. */
  private static PointsBalance pointsOf(GetBalanceResponse answer) {
    Balance balance = answer.getBalance();
    return balance.getBalancesCount() == 0
        ? PointsBalance.getDefaultInstance()
        : balance.getBalances(0);
  }

  private static String text(GetBalanceResponse answer) {
    Balance balance = answer.getBalance();
    return String.format(
        Locale.ROOT,
        "%s: %,d points available, %,d pending",
        balance.getTier(),
        pointsOf(answer).getAvailable().getUnits(),
        pointsOf(answer).getPending().getUnits());
  }

  private static String text(GetAvailabilityResponse answer) {
    Availability stock = answer.getAvailability();
    BigDecimal heldBack =
        Stream.of(
                stock.getAllocated(),
                stock.getSafetyStock(),
                stock.getDamaged(),
                stock.getQualityHold(),
                stock.getReturnedPending(),
                stock.getHeldBackOther())
            .map(quantity -> quantity.getValue().getValue())
            .filter(value -> !value.isEmpty())
            .map(BigDecimal::new)
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    return plain(stock.getAvailableToSell().getValue().getValue())
        + " available; "
        + plain(stock.getOnHand().getValue().getValue())
        + " on hand, "
        + plain(stock.getReserved().getValue().getValue())
        + " reserved, "
        + plain(heldBack.toString())
        + " held back";
  }

  private static String text(LookupCustomerResponse answer) {
    if (answer.getMatchesCount() == 0) {
      return "nobody has it";
    }
    var customer = answer.getMatches(0).getCustomer();
    return customer.getDisplayName()
        + ", customer "
        + customer.getCustomerId()
        + ", member "
        + customer.getMemberId();
  }

  private static String text(Freshness origin, HubFreshness hub) {
    String source = origin.getSourceSystem();
    return switch (hub.getMode()) {
      case MODE_LIVE -> "live from " + source + asOf(origin);
      case MODE_CACHED -> "cached " + age(hub) + " ago from " + source + asOf(origin);
      case MODE_STALE -> "stale, " + age(hub) + " old, from " + source + asOf(origin);
      case MODE_OFFLINE -> "authorised without " + source;
      case MODE_UNSPECIFIED, UNRECOGNIZED -> "of unknown age";
    };
  }

  private static String asOf(Freshness freshness) {
    if (!freshness.hasAsOf()) {
      return "";
    }
    Timestamp time = freshness.getAsOf();
    return ", as of " + CLOCK.format(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()));
  }

  private static String age(HubFreshness freshness) {
    double seconds = freshness.getAge().getSeconds() + freshness.getAge().getNanos() / 1e9;
    return String.format(Locale.ROOT, "%.1f s", seconds);
  }

  private static String plain(String decimal) {
    return decimal.isEmpty() ? "?" : new BigDecimal(decimal).stripTrailingZeros().toPlainString();
  }

  private static String name(Message request) {
    return request.getDescriptorForType().getName().replaceFirst("Request$", "");
  }

  private static String json(Message message) {
    try {
      return JSON.print(message);
    } catch (InvalidProtocolBufferException e) {
      return message.toString();
    }
  }
}
