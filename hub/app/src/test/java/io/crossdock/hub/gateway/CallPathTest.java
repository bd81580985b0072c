package io.crossdock.hub.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.config.v1.HubConfig;
import io.crossdock.config.v1.Route;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.pipeline.Pipeline;
import io.crossdock.gateway.server.DataPlane;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.opentelemetry.api.OpenTelemetry;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CallPathTest {

  @Test
  void printsTheOrderOfItsPoliciesAndDecorators() {
    HubConfig config =
        HubConfig.newBuilder()
            .addRoutes(
                Route.newBuilder().setService(LoyaltyServiceGrpc.SERVICE_NAME).setLocal(true))
            .build();
    DataPlane plane = DataPlane.of(config, ContractSet.ofBuild(), OpenTelemetry.noop());

    try (Gateway gateway = new Gateway(plane, CallPathModule.of(config, plane), List.of())) {
      Pipeline pipeline =
          gateway.pipelines().stream()
              .filter(of -> of.operation().methodName().equals("GetBalance"))
              .findFirst()
              .orElseThrow();
      assertThat(pipeline.policies())
          .containsExactly("trace", "metrics", "call-log", "deadline", "cache", "validation");
      assertThat(pipeline.decorators()).containsExactly("single-flight", "freshness");
    }
  }
}
