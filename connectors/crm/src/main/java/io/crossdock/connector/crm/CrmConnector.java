package io.crossdock.connector.crm;

import io.crossdock.connector.process.ConnectorProcess;
import java.util.List;

/** The CRM connector as a process. */
public final class CrmConnector {

  private static final int PORT = 7104;

  private CrmConnector() {}

  /** Runs the connector until the process is stopped. */
  public static void main(String[] args) {
    System.exit(process().run(args));
  }

  static ConnectorProcess process() {
    return new ConnectorProcess(
        "crm",
        PORT,
        new CrmErrors(),
        backend ->
            List.of(new CustomerService(backend).service(), new SupportService(backend).service()));
  }
}
