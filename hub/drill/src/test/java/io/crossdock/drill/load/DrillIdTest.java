package io.crossdock.drill.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.drill.load.DrillId.Kind;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DrillIdTest {

  private static final long RUN = 0x1234_5678_9abc_def0L;

  @ParameterizedTest
  @EnumSource
  void isReadBackAsItWas(Kind kind) {
    DrillId id = new DrillId(kind, 999, 1_234_567);

    UUID uuid = id.uuid(RUN);

    assertThat(uuid.version()).isEqualTo(8);
    assertThat(uuid.variant()).isEqualTo(2);
    assertThat(DrillId.of(UUID.fromString(uuid.toString()), RUN)).isEqualTo(id);
  }

  @ParameterizedTest
  @EnumSource
  void isNoneOfAnotherRun(Kind kind) {
    UUID uuid = new DrillId(kind, 0, 0).uuid(RUN);

    assertThat(DrillId.of(uuid, RUN + 0x10000)).isNull();
    assertThat(DrillId.of(UUID.randomUUID(), RUN)).isNull();
  }
}
