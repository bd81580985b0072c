package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.Points;
import io.crossdock.loyalty.v1.PointsBalance;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller that breaks the rules of HTTP/2 or gRPC gets, and that others do not suffer. */
@Timeout(60)
class BadFramesIT {

  private static final String GET_BALANCE = "crossdock.loyalty.v1.LoyaltyService/GetBalance";
  private static final byte[] GOOD =
      framed(GetBalanceRequest.newBuilder().setMemberId("M-1001").build().toByteArray());

  private ScriptedConnector connector;
  private Gateway gateway;
  private RawHttp2Client client;

  @BeforeEach
  void start() throws Exception {
    connector =
        ScriptedConnector.serve(
            0,
            new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
              @Override
              public void getBalance(
                  GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
                answer.onNext(
                    GetBalanceResponse.newBuilder()
                        .setBalance(
                            Balance.newBuilder()
                                .addBalances(
                                    PointsBalance.newBuilder()
                                        .setAvailable(Points.newBuilder().setUnits(1))))
                        .build());
                answer.onCompleted();
              }
            });
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    config.getLimitsBuilder().setMaxMessageBytes(4096).setMaxMetadataBytes(4096);
    config.addConnectorsBuilder().setName("loyalty").addInstances("127.0.0.1:" + connector.port());
    config
        .addRoutesBuilder()
        .setService("crossdock.loyalty.v1.LoyaltyService")
        .setConnector("loyalty");
    gateway =
        TestGateway.create(
            config.build(), ContractSet.ofBuild(), OpenTelemetry.noop(), _ -> List.of());
    gateway.start();
    client = new RawHttp2Client(gateway.port());
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
    connector.close();
  }

  @Test
  void aTruncatedFrameEndsOnlyItsOwnCall() throws Exception {
    byte[] truncated = {0, 0, 0, 0, 100, 10, 6};

    Map<String, String> answer = client.call(GET_BALANCE, truncated, Map.of());

    assertThat(answer).containsEntry("grpc-status", "3");
    assertThat(reason(answer)).isEqualTo("MALFORMED_REQUEST");
    assertThatAnotherCallWorks();
  }

  @Test
  void aFrameFarBeyondTheLimitEndsOnlyItsOwnCall() throws Exception {
    byte[] announced = {0, 127, 0, 0, 0, 1, 2, 3};

    Map<String, String> answer = client.call(GET_BALANCE, announced, Map.of());

    assertThat(answer).containsEntry("grpc-status", "8");
    assertThat(reason(answer)).isEqualTo("MESSAGE_TOO_LARGE");
    assertThatAnotherCallWorks();
  }

  @Test
  void aCallWithoutAMessageEndsOnlyItself() throws Exception {
    Map<String, String> answer = client.call(GET_BALANCE, new byte[0], Map.of());

    assertThat(answer).containsEntry("grpc-status", "12");
    assertThat(reason(answer)).isEqualTo("MALFORMED_REQUEST");
    assertThatAnotherCallWorks();
  }

  @Test
  void twoMessagesWhereOneIsDueEndOnlyTheirOwnCall() throws Exception {
    byte[] two = ByteBuffer.allocate(2 * GOOD.length).put(GOOD).put(GOOD).array();

    Map<String, String> answer = client.call(GET_BALANCE, two, Map.of());

    assertThat(answer).containsEntry("grpc-status", "12");
    assertThat(reason(answer)).isEqualTo("MALFORMED_REQUEST");
    assertThatAnotherCallWorks();
  }

  @ParameterizedTest
  @ValueSource(strings = {"forever", "1", "S", "", "123456789S", "-1S", "1 S", "1x", "+1S"})
  void aMalformedTimeoutIsRefusedWithAReason(String timeout) throws Exception {
    Map<String, String> answer = client.call(GET_BALANCE, GOOD, Map.of("grpc-timeout", timeout));

    assertThat(answer).containsEntry("grpc-status", "3");
    assertThat(reason(answer)).isEqualTo("MALFORMED_REQUEST");
    assertThatAnotherCallWorks();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0n", "1n", "00000000S"})
  void aTimeoutThatIsOverGetsAStatus(String timeout) throws Exception {
    Map<String, String> answer = client.call(GET_BALANCE, GOOD, Map.of("grpc-timeout", timeout));

    assertThat(answer).containsEntry("grpc-status", "4");
    assertThat(reason(answer)).isEqualTo("DEADLINE_EXCEEDED");
    assertThatAnotherCallWorks();
  }

  @ParameterizedTest
  @ValueSource(strings = {"5S", "99999999H", "2000m"})
  void aTimeoutThatIsNotOverHarmsNobody(String timeout) throws Exception {
    assertThat(client.call(GET_BALANCE, GOOD, Map.of("grpc-timeout", timeout)))
        .containsEntry("grpc-status", "0");
  }

  @Test
  void anUnknownCompressionIsRefused() throws Exception {
    Map<String, String> answer =
        client.call(GET_BALANCE, GOOD, Map.of("grpc-encoding", "no-such-encoding"));

    assertThat(answer).containsEntry("grpc-status", "12");
    assertThatAnotherCallWorks();
  }

  @Test
  void aBrokenCompressionIsRefused() throws Exception {
    byte[] compressed = {1, 0, 0, 0, 4, 1, 2, 3, 4};

    Map<String, String> answer =
        client.call(GET_BALANCE, compressed, Map.of("grpc-encoding", "gzip"));

    assertThat(answer).containsEntry("grpc-status", "3");
    assertThat(reason(answer)).isEqualTo("MALFORMED_REQUEST");
    assertThatAnotherCallWorks();
  }

  @Test
  void aCompressedMessageThatIsCutOffIsRefused() throws Exception {
    byte[] whole = gzipped(new byte[100]);

    Map<String, String> answer =
        client.call(
            GET_BALANCE,
            compressed(java.util.Arrays.copyOf(whole, whole.length - 9)),
            Map.of("grpc-encoding", "gzip"));

    assertThat(answer).containsEntry("grpc-status", "3");
    assertThat(reason(answer)).isEqualTo("MALFORMED_REQUEST");
    assertThatAnotherCallWorks();
  }

  @Test
  void aMessageThatGrowsBeyondTheLimitIsRefused() throws Exception {
    Map<String, String> answer =
        client.call(
            GET_BALANCE, compressed(gzipped(new byte[200_000])), Map.of("grpc-encoding", "gzip"));

    assertThat(answer).containsEntry("grpc-status", "8");
    assertThat(reason(answer)).isEqualTo("MESSAGE_TOO_LARGE");
    assertThatAnotherCallWorks();
  }

  @Test
  void tooMuchMetadataEndsOnlyItsOwnCall() throws Exception {
    Map<String, String> answer = client.call(GET_BALANCE, GOOD, Map.of("x-long", "a".repeat(6000)));

    assertThat(answer).doesNotContainKey("closed").doesNotContainEntry("grpc-status", "0");
    assertThatAnotherCallWorks();
  }

  private void assertThatAnotherCallWorks() throws Exception {
    assertThat(client.isOpen()).isTrue();
    assertThat(client.call(GET_BALANCE, GOOD, Map.of())).containsEntry("grpc-status", "0");
  }

  private static String reason(Map<String, String> answer) throws Exception {
    byte[] details = Base64.getDecoder().decode(answer.getOrDefault("grpc-status-details-bin", ""));
    return Status.parseFrom(details).getDetails(0).unpack(ErrorInfo.class).getReason();
  }

  private static byte[] gzipped(byte[] message) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(message);
    }
    return bytes.toByteArray();
  }

  private static byte[] compressed(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 1)
        .putInt(message.length)
        .put(message)
        .array();
  }

  private static byte[] framed(byte[] message) {
    byte[] frame = new byte[5 + message.length];
    frame[4] = (byte) message.length;
    System.arraycopy(message, 0, frame, 5, message.length);
    return frame;
  }
}
