package io.crossdock.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.contract.ContractRules;
import io.crossdock.contract.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Our own contracts obey the rules that the hub holds every contract to. */
final class OurContractRulesTest {

  @Test
  void ourContractsBreakNoRule() throws Exception {
    List<String> findings =
        ContractRules.check(Contracts.files()).stream().map(Finding::toString).toList();

    assertThat(findings).as(String.join("\n", findings)).isEmpty();
  }
}
