package io.crossdock.ctl;

import picocli.CommandLine.Option;

/** Why an operator does it. */
final class ReasonOption {

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Reason, recorded in the audit trail.")
  private String reason = "";

  ReasonOption() {}

  String text() {
    return reason;
  }
}
