package io.crossdock.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.common.v1.Actor;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.ops.v1.GetCacheStatisticsResponse;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.InvalidateCacheResponse;
import io.crossdock.ops.v1.ListConnectorsRequest;
import io.crossdock.ops.v1.ListConnectorsResponse;
import io.crossdock.ops.v1.ListContractsRequest;
import io.crossdock.ops.v1.ListContractsResponse;
import io.crossdock.ops.v1.ListRoutesRequest;
import io.crossdock.ops.v1.ListRoutesResponse;
import io.crossdock.terminal.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class CtlCommandsIT {

  private static final String ROUTES =
      """
      routes {
        service: "crossdock.inventory.v1.InventoryService" target: TARGET_RULES
        connectors: "erp-eu" connectors: "erp-us"
        rules { when: "location.startsWith(\\"EU-\\")" connector: "erp-eu" }
        rules { connector: "erp-us" }
        routing_attributes: "location"
      }
      routes {
        service: "crossdock.loyalty.v1.LoyaltyService" target: TARGET_CONNECTOR
        connectors: "loyalty"
      }
      routes { service: "crossdock.ops.v1.OpsService" target: TARGET_LOCAL }
      """;

  private static final String CONNECTORS =
      """
      connectors {
        name: "erp-eu" services: "crossdock.inventory.v1.InventoryService"
        instances {
          address: "127.0.0.1:7101" state: CONNECTION_STATE_READY health: HEALTH_SERVING
          since { seconds: 1795219200 } in_flight: 3 calls: 48210 failed_calls: 12
          last_failure: "deadline exceeded" last_failure_at { seconds: 1795219210 }
        }
        instances {
          address: "127.0.0.1:7201" state: CONNECTION_STATE_DOWN
          since { seconds: 1795219205 } last_failure: "connection refused"
        }
      }
      connectors {
        name: "loyalty" services: "crossdock.loyalty.v1.LoyaltyService"
        instances {
          address: "127.0.0.1:7103" state: CONNECTION_STATE_READY health: HEALTH_NOT_OFFERED
        }
      }
      """;

  private static final String CONTRACTS =
      """
      contracts {
        service: "crossdock.loyalty.v1.LoyaltyService" owner: "loyalty-team"
        system_of_record: "loyalty" lifecycle { stage: STAGE_PREVIEW since: "2026-11-21" }
        served_by: "loyalty" source: "build"
        methods {
          method: "GetBalance"
          policy {
            priority: PRIORITY_CHECKOUT deadline_ms: 1000 scopes: "loyalty.read"
            idempotency: IDEMPOTENCY_SAFE cache { ttl_ms: 15000 tags: "member/{member_id}" }
            degraded_mode: DEGRADED_MODE_STALE retry: RETRY_CLASS_UNAVAILABLE
          }
        }
        methods {
          method: "CommitRedemption"
          policy {
            priority: PRIORITY_CHECKOUT deadline_ms: 2000 idempotency: IDEMPOTENCY_KEYED
            degraded_mode: DEGRADED_MODE_OFFLINE_AUTHORISATION retry: RETRY_CLASS_UNAVAILABLE
          }
        }
      }
      contracts {
        service: "test.gift.v1.GiftCardService" source: "gift-card.binpb"
        methods { method: "Watch" server_streaming: true policy { deadline_ms: 60000 } }
      }
      """;

  private static final String STATISTICS =
      """
      total {
        entries: 51200 bytes: 10485760 hits: 940000 misses: 60000 evictions: 120
        invalidations: 4100 hit_ratio_per_mille: 940
      }
      max_bytes: 67108864
      operations {
        operation: "crossdock.loyalty.v1.LoyaltyService/GetBalance"
        statistics { entries: 51200 bytes: 10485760 hits: 940000 misses: 60000
          evictions: 120 invalidations: 4100 hit_ratio_per_mille: 940 }
      }
      counted_since { seconds: 1795219200 }
      """;

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
  void showsWhichServiceGoesWhere() {
    hub.answers(ListRoutesResponse.class, ROUTES);

    assertThat(ctl("routes").out())
        .isEqualToNormalizingNewlines(
            """
            SERVICE                                  GOES TO  WHEN
            crossdock.inventory.v1.InventoryService  erp-eu   location.startsWith("EU-")
                                                     erp-us   otherwise
            crossdock.loyalty.v1.LoyaltyService      loyalty  always
            crossdock.ops.v1.OpsService              local    always
            """);
  }

  @Test
  void showsHowTheConnectorsAre() {
    hub.answers(ListConnectorsResponse.class, CONNECTORS);

    assertThat(ctl("connectors").out())
        .isEqualToNormalizingNewlines(
            """
            CONNECTOR  ADDRESS         STATE  HEALTH       SINCE                 IN FLIGHT   CALLS  FAILED  LAST FAILURE
            erp-eu     127.0.0.1:7101  ready  serving      2026-11-21T00:00:00Z          3  48,210      12  deadline exceeded
                       127.0.0.1:7201  down   unknown      2026-11-21T00:00:05Z          0       0       0  connection refused
            loyalty    127.0.0.1:7103  ready  not offered  -                             0       0       0  -
            """);
  }

  @Test
  void showsThePolicyOfEachMethod() {
    hub.answers(ListContractsResponse.class, CONTRACTS);

    assertThat(ctl("contracts").out())
        .isEqualToNormalizingNewlines(
            """
            crossdock.loyalty.v1.LoyaltyService  owner loyalty-team, system of record loyalty, preview, served by loyalty, from build
              METHOD            PRIORITY  DEADLINE     CACHE  IDEMPOTENCY  RETRY        DEGRADED
              GetBalance        checkout   1000 ms  15000 ms  safe         unavailable  stale
              CommitRedemption  checkout   2000 ms         -  keyed        unavailable  offline authorisation

            test.gift.v1.GiftCardService  owner -, system of record -, unknown, served by nobody, from gift-card.binpb
              METHOD          PRIORITY  DEADLINE  CACHE  IDEMPOTENCY  RETRY    DEGRADED
              Watch (stream)  unknown   60000 ms      -  unknown      unknown  unknown
            """);
  }

  @Test
  void showsHowTheCacheDoesWithOrWithoutTheLastWord() {
    hub.answers(GetCacheStatisticsResponse.class, STATISTICS);
    hub.answers(GetCacheStatisticsResponse.class, STATISTICS);

    Ran brief = ctl("cache");

    assertThat(brief.out())
        .isEqualToNormalizingNewlines(
            """
            OPERATION                                       ENTRIES       BYTES     HITS  MISSES  HIT RATIO  EVICTED  INVALIDATED
            crossdock.loyalty.v1.LoyaltyService/GetBalance   51,200  10,485,760  940,000  60,000     94.0 %      120        4,100
            total                                            51,200  10,485,760  940,000  60,000     94.0 %      120        4,100
            at most 67,108,864 bytes; counted since 2026-11-21T00:00:00Z
            """);
    assertThat(ctl("cache", "statistics").out()).isEqualTo(brief.out());
  }

  @Test
  void dropsWhatIsKeptUnderATag() {
    hub.answers(InvalidateCacheResponse.class, "dropped_entries: 4");

    Ran ran = ctl("cache", "invalidate", "member/M-1001", "--reason", "wrong balance");

    assertThat(ran.out()).isEqualToNormalizingNewlines("4 responses dropped\n");
    InvalidateCacheRequest asked = (InvalidateCacheRequest) hub.asked.getFirst();
    assertThat(asked.getTag()).isEqualTo("member/M-1001");
    assertThat(asked.getReason()).isEqualTo("wrong balance");
    assertThat(asked.getContext().getActor().getKind()).isEqualTo(Actor.Kind.KIND_OPERATOR);
    assertThat(UUID.fromString(asked.getContext().getRequestId())).isNotNull();
  }

  @Test
  void dropsEverythingOnlyWhenToldInAWord() {
    hub.answers(InvalidateCacheResponse.class, "dropped_entries: 51200");

    Ran all = ctl("cache", "invalidate", "--all");
    Ran nothing = ctl("cache", "invalidate");

    assertThat(((InvalidateCacheRequest) hub.asked.getFirst()).getAll()).isTrue();
    assertThat(all.out()).isEqualToNormalizingNewlines("51,200 responses dropped\n");
    assertThat(nothing.exit()).isEqualTo(2);
    assertThat(hub.asked).hasSize(1);
  }

  @Test
  void asksForEveryPage() {
    hub.answers(ListRoutesResponse.class, "routes { service: \"a.A\" } next_page_token: \"2\"");
    hub.answers(ListRoutesResponse.class, "routes { service: \"b.B\" }");

    Ran ran = ctl("routes", "--json");

    assertThat(ran.out()).contains("\"a.A\"", "\"b.B\"", "\"next_page_token\": \"\"");
    assertThat(hub.asked)
        .containsExactly(
            ListRoutesRequest.getDefaultInstance(),
            ListRoutesRequest.newBuilder().setPageToken("2").build());
  }

  @Test
  void asksOnlyForWhatIsNamed() {
    hub.answers(ListRoutesResponse.class, "");
    hub.answers(ListConnectorsResponse.class, "");
    hub.answers(ListContractsResponse.class, "");

    ctl("routes", "crossdock.ops.v1.OpsService");
    ctl("connectors", "erp-eu");
    ctl("contracts", "crossdock.loyalty.");

    assertThat(hub.asked)
        .containsExactly(
            ListRoutesRequest.newBuilder().setService("crossdock.ops.v1.OpsService").build(),
            ListConnectorsRequest.newBuilder().setName("erp-eu").build(),
            ListContractsRequest.newBuilder().setServicePrefix("crossdock.loyalty.").build());
  }

  @Test
  void answersProgramsInJson() throws IOException {
    hub.answers(ListRoutesResponse.class, ROUTES);
    hub.answers(ListConnectorsResponse.class, CONNECTORS);
    hub.answers(ListContractsResponse.class, CONTRACTS);
    hub.answers(GetCacheStatisticsResponse.class, STATISTICS);
    hub.answers(InvalidateCacheResponse.class, "dropped_entries: 4");

    assertGolden("routes.json", ctl("routes", "--json"));
    assertGolden("connectors.json", ctl("connectors", "--json"));
    assertGolden("contracts.json", ctl("contracts", "--json"));
    assertGolden("cache-statistics.json", ctl("cache", "statistics", "--json"));
    assertGolden("cache-invalidate.json", ctl("cache", "invalidate", "member/M-1001", "--json"));
  }

  @Test
  void endsWithOneAndWithoutAHeaderWhenNothingIsFound() {
    hub.answers(ListRoutesResponse.class, "");
    hub.answers(ListConnectorsResponse.class, "");
    hub.answers(ListContractsResponse.class, "");
    hub.answers(ListRoutesResponse.class, "");

    Ran nothing = new Ran(1, "none\n", "");
    assertThat(ctl("routes", "crossdock.none.v1.NoService")).isEqualTo(nothing);
    assertThat(ctl("connectors", "none")).isEqualTo(nothing);
    assertThat(ctl("contracts", "none.")).isEqualTo(nothing);
    assertThat(ctl("routes", "none", "--json").exit()).isEqualTo(1);
  }

  @Test
  void letsNobodyWriteToTheTerminalThroughAName() {
    hub.answers(
        ListConnectorsResponse.class,
        """
        connectors {
          name: "loyalty\\033[2J\\nfake" instances { address: "a" last_failure: "gone\\r\\u202eback" }
        }
        """);

    Ran ran = ctl("connectors");

    assertThat(ran.out().lines()).hasSize(2);
    assertThat(ran.out()).contains("loyalty\\u001b[2J\\u000afake", "gone\\u000d\\u202eback");
  }

  @Test
  void letsNoMessageOfAHubWriteToTheTerminal() {
    hub.fails(
        Failure.of(Reason.REASON_INVALID_STATE, "no\u001b]0;owned\u0007\u009b1m").toException());

    Ran ran = ctl("cache", "invalidate", "--all");

    assertThat(ran.err()).isEqualTo("no\\u001b]0;owned\\u0007\\u009b1m\n");
  }

  @Test
  void refusesAUrlInThePlaceOfAnAddress() {
    StringWriter err = new StringWriter();
    CommandLine line = Program.commandLine(new CtlMain()).setErr(new PrintWriter(err, true));

    int exit = line.execute("routes", "--hub", "http://127.0.0.1:7070");

    assertThat(err.toString())
        .startsWith(
            "--hub: address: http://127.0.0.1:7070 (expected: HOST:PORT, for example"
                + " 127.0.0.1:7070)\n");
    assertThat(exit).isEqualTo(2);
  }

  @Test
  void saysThatTheHubIsNotThere() {
    hub.close();

    Ran ran = ctl("connectors");

    assertThat(ran.err())
        .isEqualToNormalizingNewlines(
            "The hub at %s does not answer. Try again.\n".formatted(hub.address()));
    assertThat(ran.exit()).isEqualTo(3);
  }

  @Test
  void doesNotRepeatADropThatMayHaveHappened() {
    hub.fails(Failure.of(Reason.REASON_SHUTTING_DOWN, "The hub is stopping.").toException());

    Ran ran = ctl("cache", "invalidate", "--all");

    assertThat(hub.asked).hasSize(1);
    assertThat(ran.exit()).isEqualTo(3);
  }

  private Ran ctl(String... arguments) {
    return Ran.ctl(hub, arguments);
  }

  private static void assertGolden(String name, Ran ran) throws IOException {
    assertThat(ran.exit()).describedAs(name).isZero();
    try (InputStream file = CtlCommandsIT.class.getResourceAsStream(name)) {
      assertThat(file).describedAs(name).isNotNull();
      assertThat(ran.withoutTraceId())
          .describedAs(name)
          .isEqualToNormalizingNewlines(new String(file.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
