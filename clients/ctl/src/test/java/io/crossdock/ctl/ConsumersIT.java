package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.ListConsumersResponse;
import io.crossdock.ops.v1.RemoveConsumerRequest;
import io.crossdock.ops.v1.RemoveConsumerResponse;
import io.crossdock.ops.v1.RenameConsumerRequest;
import io.crossdock.ops.v1.RenameConsumerResponse;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ConsumersIT {

  private ScriptedHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = new ScriptedHub();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void listsConsumersLaneByLaneAndSaysWhichNobodyDeliversTo() {
    hub.answers(
        ListConsumersResponse.class,
        """
        consumers {
          name: "erp-old"
          lanes { lane: LANE_FINANCIAL lag: 1200 dead_letters: 2 }
        }
        consumers {
          name: "points" delivering: true configured: true
          lanes { lane: LANE_BUSINESS lag: 3 }
          lanes { lane: LANE_STOCK trouble: "the consumer cannot be reached (UNAVAILABLE)" }
        }
        """);

    Ran ran = Ran.ctl(hub, "consumers", "list");

    assertThat(ran.out())
        .isEqualTo(
            """
            CONSUMER  LANE       STATUS                                          LAG  DEAD LETTERS
            erp-old   financial  unattended                                    1,200             2
            points    business   delivering                                        3             0
            points    stock      the consumer cannot be reached (UNAVAILABLE)      0             0
            """);
    assertThat(ran.exit()).isZero();
  }

  @Test
  void removesAConsumerWithAReason() {
    hub.answers(RemoveConsumerResponse.class, "dead_letters: 2");

    Ran ran = Ran.ctl(hub, "consumers", "remove", "erp-old", "--reason", "switched off");

    assertThat(ran).isEqualTo(new Ran(0, "erp-old is removed; 2 dead letters left.\n", ""));
    RemoveConsumerRequest asked = hub.asked(RemoveConsumerRequest.class);
    assertThat(asked.getName()).isEqualTo("erp-old");
    assertThat(asked.getReason()).isEqualTo("switched off");
    assertThat(asked.getContext().getRequestId()).isNotEmpty();
  }

  @Test
  void saysWhyAConsumerIsNotRemoved() {
    hub.fails(
        Failure.of(Reason.REASON_INVALID_STATE, "A hub delivers to the consumer.").toException());

    Ran ran = Ran.ctl(hub, "consumers", "remove", "points", "--reason", "x");

    assertThat(ran.err()).contains("A hub delivers to the consumer.");
    assertThat(ran.exit()).isNotZero();
  }

  @Test
  void renamesAConsumer() {
    hub.answers(RenameConsumerResponse.class, "dead_letters: 1");

    Ran ran = Ran.ctl(hub, "consumers", "rename", "erp-old", "erp", "--reason", "renamed");

    assertThat(ran).isEqualTo(new Ran(0, "erp-old is erp from now on, with 1 dead letter.\n", ""));
    assertThat(hub.asked(RenameConsumerRequest.class).getNewName()).isEqualTo("erp");
  }
}
