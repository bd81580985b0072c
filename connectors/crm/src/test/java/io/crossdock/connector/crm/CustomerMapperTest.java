package io.crossdock.connector.crm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.connector.backend.BackendData;
import io.crossdock.connector.backend.BackendJson;
import io.crossdock.customer.v1.Consent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A consent never becomes wider than the CRM says. */
final class CustomerMapperTest {

  @Test
  void takesAnUnknownChannelForNoChannelAndKeepsItsWord() {
    Consent consent = consent(granted().put("channel", "carrier_pigeon"));

    assertThat(consent.getChannel()).isEqualTo(Consent.ContactChannel.CONTACT_CHANNEL_UNSPECIFIED);
    assertThat(consent.getRawChannel()).isEqualTo("carrier_pigeon");
    assertThat(consent.getState()).isEqualTo(Consent.State.STATE_GRANTED);
  }

  @Test
  void takesAChannelThatIsNotSaidForNoChannel() {
    Consent consent = consent(granted());

    assertThat(consent.getChannel()).isEqualTo(Consent.ContactChannel.CONTACT_CHANNEL_UNSPECIFIED);
    assertThat(consent.getRawChannel()).isEmpty();
  }

  @Test
  void takesAnyChannelOnlyFromTheWordForIt() {
    assertThat(consent(granted().put("channel", "any")).getChannel())
        .isEqualTo(Consent.ContactChannel.CONTACT_CHANNEL_ANY);
  }

  @Test
  void takesAnUnknownStateForNoDecisionAndKeepsItsWord() {
    Consent consent = consent(granted().put("state", "opted_in").put("channel", "email"));

    assertThat(consent.getState()).isEqualTo(Consent.State.STATE_UNSPECIFIED);
    assertThat(consent.getRawStatus()).isEqualTo("opted_in");
  }

  @Test
  void keepsTheWordsOfAnUnknownPurposeAndBasis() {
    Consent consent = consent(granted().put("purpose", "research").put("basis", "vital"));

    assertThat(consent.getPurpose()).isEqualTo(Consent.Purpose.PURPOSE_UNSPECIFIED);
    assertThat(consent.getRawPurpose()).isEqualTo("research");
    assertThat(consent.getRawBasis()).isEqualTo("vital");
  }

  private static ObjectNode granted() {
    return BackendJson.object().put("purpose", "marketing").put("state", "granted");
  }

  private static Consent consent(ObjectNode data) {
    return CustomerMapper.consents(List.of(BackendData.of(data))).getFirst();
  }
}
