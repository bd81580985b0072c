package acme.giftcard;

import acme.giftcard.v1.GetGiftCardRequest;
import acme.giftcard.v1.GetGiftCardResponse;
import acme.giftcard.v1.GiftCardServiceGrpc;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.Money;
import io.crossdock.common.v1.Reason;
import io.crossdock.connector.process.ConnectorProcess;
import io.crossdock.connector.service.ContractService;
import io.crossdock.failure.FailureException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers for Acme's gift cards. The map stands for the system that really knows them. */
public final class GiftCardConnector {

  private static final int PORT = 7301;
  private static final Map<String, Money> CARDS =
      Map.of(
          "GC-1001", Money.newBuilder().setCurrencyCode("EUR").setUnits(25).build(),
          "GC-1002", Money.newBuilder().setCurrencyCode("EUR").setUnits(50).build());

  private GiftCardConnector() {}

  /** Runs the connector until it is stopped. */
  public static void main(String[] args) {
    ConnectorProcess process =
        new ConnectorProcess(
            "giftcards",
            PORT,
            (request, status, body) -> Optional.empty(),
            backend -> List.of(service()));
    System.exit(process.run(args));
  }

  private static ContractService service() {
    return ContractService.of(GiftCardServiceGrpc.getServiceDescriptor())
        .unary(GiftCardServiceGrpc.getGetGiftCardMethod(), GiftCardConnector::giftCard)
        .build();
  }

  private static GetGiftCardResponse giftCard(GetGiftCardRequest request) {
    Money balance = CARDS.get(request.getCardId());
    if (balance == null) {
      throw new FailureException(Reason.REASON_NOT_FOUND, "There is no such gift card.");
    }
    return GetGiftCardResponse.newBuilder()
        .setCardId(request.getCardId())
        .setBalance(balance)
        .setFreshness(
            Freshness.newBuilder()
                .setSourceSystem("gift-cards")
                .setAsOf(Timestamps.fromMillis(System.currentTimeMillis())))
        .build();
  }
}
