package io.crossdock.hub.config;

import com.google.protobuf.Descriptors.FileDescriptor;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.contract.ContractRules;
import io.crossdock.contract.Finding;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.ledger.event.EventCatalogue;
import io.crossdock.runtime.config.ConfigDocument;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Loads the contracts that a configuration adds to those of the build. */
final class ContractFiles {

  // Of one file; more do not help whoever puts it right.
  private static final int MOST_FINDINGS = 20;

  private ContractFiles() {}

  /**
   * Loads every contract file and adds an error to the document for each that cannot be read and
   * for each rule that a contract breaks.
   *
   * @param file the configuration, which paths are relative to
   * @return the build's contracts and those that could be read
   */
  static ContractSet load(ConfigDocument<HubConfig> document, Path file) {
    ContractSet contracts = ContractSet.ofBuild();
    for (int i = 0; i < document.value().getContractsCount(); i++) {
      String path = "contracts[" + i + "].descriptor_set";
      String written = document.value().getContracts(i).getDescriptorSet();
      Collection<FileDescriptor> known = List.copyOf(contracts.files());
      try {
        contracts.add(file.toAbsolutePath().resolveSibling(written));
      } catch (IllegalArgumentException e) {
        document.error(path, written, String.valueOf(e.getMessage()));
        continue;
      }
      List<FileDescriptor> added =
          contracts.files().stream().filter(each -> !known.contains(each)).toList();
      List<Finding> findings = ContractRules.check(added, known);
      findings.stream()
          .limit(MOST_FINDINGS)
          .forEach(finding ->
              document.error(
                  path, finding.element() + " " + finding.problem(), finding.expected()));
      if (findings.size() > MOST_FINDINGS) {
        document.error(
            path,
            written,
            "contracts that break no rule; "
                + (findings.size() - MOST_FINDINGS)
                + " more findings are not listed");
      }
    }
    return contracts;
  }

  /** The events of the contracts; none when a contract describes an event wrongly. */
  static EventCatalogue catalogue(ConfigDocument<HubConfig> document, ContractSet contracts) {
    try {
      return EventCatalogue.of(contracts.files());
    } catch (IllegalArgumentException e) {
      document.error("contracts", "", String.valueOf(e.getMessage()));
      return EventCatalogue.of(List.of());
    }
  }
}
