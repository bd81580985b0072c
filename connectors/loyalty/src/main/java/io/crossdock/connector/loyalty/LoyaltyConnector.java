package io.crossdock.connector.loyalty;

import io.crossdock.connector.process.ConnectorProcess;
import java.util.List;

/** The loyalty connector as a process. */
public final class LoyaltyConnector {

  private static final int PORT = 7103;

  private LoyaltyConnector() {}

  /** Runs the connector until the process is stopped. */
  public static void main(String[] args) {
    System.exit(process().run(args));
  }

  static ConnectorProcess process() {
    return new ConnectorProcess(
        "loyalty",
        PORT,
        new LoyaltyErrors(),
        backend -> List.of(new LoyaltyService(backend).service()));
  }
}
