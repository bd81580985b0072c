package io.crossdock.ledger.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.ledger.position.Key;
import io.crossdock.ledger.position.Partitioning;
import io.crossdock.policy.v1.Lane;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class TopicTest {

  @Test
  void aKeyStaysInItsPartitionForEver() {
    Partitioning partitioning = new Partitioning(12);

    // What Kafka's own producers choose for the keys posting/PO-1, member/M-1001 and order/Ä.
    assertThat(partitioning.of(new Key("posting", "PO-1"))).isEqualTo(5);
    assertThat(partitioning.of(new Key("member", "M-1001"))).isEqualTo(10);
    assertThat(partitioning.of(new Key("order", "Ä"))).isEqualTo(10);
  }

  @Test
  void everyKeyIsWhereKafkasOwnProducersPutIt() {
    Partitioning partitioning = new Partitioning(7);
    for (int i = 0; i < 2_000; i++) {
      Key key = new Key("a".repeat(i % 5), Integer.toString(i * 31).repeat(1 + i % 3));
      byte[] bytes = Partitioning.recordKey(key);

      assertThat(partitioning.of(key)).isEqualTo(Utils.toPositive(Utils.murmur2(bytes)) % 7);
    }
  }

  @Test
  void topicsAndGroupsAreNamedByLane() {
    KafkaSettings settings = new KafkaSettings("127.0.0.1:9092");

    assertThat(settings.topic(Lane.LANE_STOCK)).isEqualTo("crossdock.stock");
    assertThat(settings.group("erp", Lane.LANE_BUSINESS)).isEqualTo("crossdock.erp.business");
  }

  @Test
  void whatThePromisesStandOnCannotBeChanged() {
    KafkaSettings settings =
        new KafkaSettings(
            "127.0.0.1:9092",
            "crossdock",
            12,
            -1,
            Map.of(
                "acks", "0",
                "enable.idempotence", "false",
                "max.in.flight.requests.per.connection", "5",
                "delivery.timeout.ms", "1000",
                "enable.auto.commit", "true",
                "compression.type", "zstd"));

    assertThat(settings.producer())
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("max.in.flight.requests.per.connection", 1)
        .containsEntry("delivery.timeout.ms", Integer.MAX_VALUE)
        .containsEntry("compression.type", "zstd");
    assertThat(settings.consumer("g")).containsEntry("enable.auto.commit", false);
  }

  @Test
  void refusesSettingsThatCannotWork() {
    assertThatThrownBy(() -> new KafkaSettings(" ")).hasMessageContaining("bootstrapServers");
    assertThatThrownBy(() -> new KafkaSettings("h:1", "a b", 1, -1, Map.of()))
        .hasMessageContaining("topicPrefix: a b");
    assertThatThrownBy(() -> new KafkaSettings("h:1", "a", 0, -1, Map.of()))
        .hasMessageContaining("partitions: 0");
    assertThatThrownBy(() -> new KafkaSettings("h:1", "a", 1, 0, Map.of()))
        .hasMessageContaining("replicationFactor: 0");
  }
}
