package io.crossdock.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.DebugInfo;
import com.google.rpc.ErrorInfo;
import com.google.rpc.PreconditionFailure;
import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.HubConfig;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.operation.OwnContract;
import io.crossdock.gateway.wire.Marshallers;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connector that answers with whatever it likes: bytes and statuses. */
@Timeout(60)
class ConnectorErrorsIT {

  private static final MethodDescriptor<byte[], byte[]> GET_BALANCE =
      LoyaltyServiceGrpc.getGetBalanceMethod().toBuilder(Marshallers.BYTES, Marshallers.BYTES)
          .build();
  private static final MethodDescriptor<byte[], byte[]> ASK =
      GET_BALANCE.toBuilder()
          .setFullMethodName("shop.v1.Things/Ask")
          .setSchemaDescriptor(null)
          .build();
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final byte[] GOOD =
      GetBalanceResponse.newBuilder()
          .setBalance(Balance.newBuilder().setMemberId("M-7"))
          .build()
          .toByteArray();

  @TempDir private Path directory;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile UnaryOperator<byte[]> script = request -> GOOD;
  private ScriptedConnector connector;
  private Gateway gateway;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    connector =
        ScriptedConnector.serve(
            List.of(
                service("crossdock.loyalty.v1.LoyaltyService", GET_BALANCE),
                service("shop.v1.Things", ASK)));
    Path contract = directory.resolve("things.binpb");
    Files.write(
        contract,
        OwnContract.withImports(OwnContract.file("shop.v1.Things", "", "", "")).toByteArray());
    ContractSet contracts = ContractSet.ofBuild();
    contracts.add(contract);
    HubConfig.Builder config = HubConfig.newBuilder();
    config.getListenBuilder().setPort(0);
    config.addConnectorsBuilder().setName("vendor").addInstances("127.0.0.1:" + connector.port());
    for (String service : List.of("crossdock.loyalty.v1.LoyaltyService", "shop.v1.Things")) {
      config.addRoutesBuilder().setService(service).setConnector("vendor");
    }
    gateway = TestGateway.create(config.build(), contracts, OpenTelemetry.noop(), _ -> List.of());
    gateway.start();
    // A caller with gRPC's defaults: it takes 8 KB of metadata.
    channel = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    gateway.close();
    connector.close();
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, REASON_RULE_VIOLATED",
    "NOT_FOUND, REASON_NOT_FOUND",
    "ALREADY_EXISTS, REASON_ALREADY_EXISTS",
    "ABORTED, REASON_ETAG_MISMATCH",
    "FAILED_PRECONDITION, REASON_REFUSED_BY_POLICY",
    "RESOURCE_EXHAUSTED, REASON_BACKEND_BUSY",
    "UNAVAILABLE, REASON_BACKEND_UNAVAILABLE"
  })
  void aPlainCodeGetsTheReasonOfItsKind(Status.Code code, Reason reason) {
    fails(Status.fromCode(code).withDescription("No such\r\nmember."), new Metadata());

    StatusRuntimeException error = error(GET_BALANCE);

    assertThat(error.getStatus().getCode()).isEqualTo(code);
    assertThat(error.getStatus().getDescription()).isEqualTo("No such  member.");
    assertThat(failure(error).reason()).isEqualTo(reason);
    assertThat(failure(error).metadata()).containsEntry("connector", "vendor");
  }

  @ParameterizedTest
  @CsvSource({"UNKNOWN", "INTERNAL", "DATA_LOSS"})
  void theTextOfAnExceptionStaysInTheConnector(Status.Code code) {
    fails(Status.fromCode(code).withDescription("NullPointerException at Ada"), new Metadata());

    Failure failure = failure(error(GET_BALANCE));

    assertThat(failure.reason()).isEqualTo(Reason.REASON_INTERNAL);
    assertThat(failure.message()).doesNotContain("Ada");
    assertThat(failure.metadata()).containsKeys("call_id", "connector");
  }

  @Test
  void detailsThatNobodyCanReadDoNotPass() {
    Metadata trailers = new Metadata();
    trailers.put(DETAILS, new byte[] {8, 5, (byte) 0xff, 1, 2});
    fails(Status.NOT_FOUND.withDescription("gone"), trailers);

    assertThat(failure(error(GET_BALANCE)).reason()).isEqualTo(Reason.REASON_NOT_FOUND);
  }

  @Test
  void aReasonOfAForeignDomainDoesNotPassForOneOfOurs() {
    script =
        request -> {
          throw StatusProto.toStatusRuntimeException(
              com.google.rpc.Status.newBuilder()
                  .setCode(Status.Code.NOT_FOUND.value())
                  .addDetails(
                      Any.pack(
                          ErrorInfo.newBuilder()
                              .setDomain("vendor.example")
                              .setReason("E-42")
                              .build()))
                  .build());
        };

    StatusRuntimeException error = error(GET_BALANCE);

    assertThat(failure(error).reason()).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(details(error).toString()).doesNotContain("E-42");
  }

  @Test
  void aStackTraceDoesNotPass() {
    script =
        request -> {
          throw StatusProto.toStatusRuntimeException(
              Failure.of(Reason.REASON_NOT_FOUND, "None.").toProto().toBuilder()
                  .addDetails(
                      Any.pack(DebugInfo.newBuilder().addStackEntries("at Secret.java").build()))
                  .build());
        };

    StatusRuntimeException error = error(GET_BALANCE);

    assertThat(failure(error).reason()).isEqualTo(Reason.REASON_NOT_FOUND);
    assertThat(details(error).getDetailsCount()).isEqualTo(1);
  }

  @Test
  void largeDetailsAreCutAndHarmNoNeighbour() throws Exception {
    PreconditionFailure.Builder lines = PreconditionFailure.newBuilder();
    for (int i = 0; i < 400; i++) {
      lines.addViolationsBuilder().setType("STOCK").setSubject("line/" + "x".repeat(64) + i);
    }
    com.google.rpc.Status large =
        Failure.of(Reason.REASON_INSUFFICIENT, "Not enough stock.").toProto().toBuilder()
            .addDetails(Any.pack(lines.build()))
            .build();
    script =
        request -> {
          if (new String(request, java.nio.charset.StandardCharsets.UTF_8).contains("BAD")) {
            throw StatusProto.toStatusRuntimeException(large);
          }
          return GOOD;
        };
    ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    List<Future<byte[]>> innocent = new ArrayList<>();

    for (int i = 0; i < 60; i++) {
      int number = i;
      innocent.add(callers.submit(() -> call(GET_BALANCE, "M-" + number)));
      if (i % 6 == 0) {
        StatusRuntimeException error = error(GET_BALANCE, "BAD-" + i);
        assertThat(failure(error).reason()).isEqualTo(Reason.REASON_INSUFFICIENT);
        assertThat(failure(error).preconditions()).isNotEmpty();
        assertThat(
                Integer.parseInt(failure(error).metadata().getOrDefault("more_preconditions", "0")))
            .isEqualTo(400 - failure(error).preconditions().size());
        assertThat(details(error).getSerializedSize()).isLessThanOrEqualTo(4096);
      }
    }

    for (Future<byte[]> each : innocent) {
      assertThat(GetBalanceResponse.parseFrom(each.get()).getBalance().getMemberId())
          .isEqualTo("M-7");
    }
    callers.close();
  }

  @Test
  void aServiceWithoutAPolicyKeepsItsStatusesAsTheyAre() {
    fails(Status.UNKNOWN.withDescription("server stream failed"), new Metadata());

    StatusRuntimeException error = error(ASK);

    assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
    assertThat(error.getStatus().getDescription()).isEqualTo("server stream failed");
    assertThat(StatusProto.fromThrowable(error).getDetailsCount()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"0a05", "0aff", "ff", "7a02"})
  void anAnswerThatIsNoMessageIsRefusedAndNotCached(String hex) throws Exception {
    byte[] broken = java.util.HexFormat.of().parseHex(hex);
    script = request -> broken;

    Failure failure = failure(error(GET_BALANCE));
    script = request -> GOOD;
    byte[] again = call(GET_BALANCE, "M-1");

    assertThat(failure.reason()).isEqualTo(Reason.REASON_BACKEND_ANSWER_INVALID);
    assertThat(failure.metadata()).containsEntry("connector", "vendor");
    assertThat(GetBalanceResponse.parseFrom(again).getBalance().getMemberId()).isEqualTo("M-7");
    assertThat(calls).hasValue(2);
  }

  private void fails(Status status, Metadata trailers) {
    script =
        request -> {
          throw status.asRuntimeException(trailers);
        };
  }

  private ServerServiceDefinition service(String name, MethodDescriptor<byte[], byte[]> method) {
    return ServerServiceDefinition.builder(name)
        .addMethod(
            method,
            ServerCalls.asyncUnaryCall((request, answer) -> {
              calls.incrementAndGet();
              try {
                answer.onNext(script.apply(request));
                answer.onCompleted();
              } catch (StatusRuntimeException e) {
                answer.onError(e);
              }
            }))
        .build();
  }

  private byte[] call(MethodDescriptor<byte[], byte[]> method, String member) {
    ByteString request =
        method == ASK
            ? ByteString.EMPTY
            : GetBalanceRequest.newBuilder().setMemberId(member).build().toByteString();
    return ClientCalls.blockingUnaryCall(
        channel, method, CallOptions.DEFAULT.withWaitForReady(), request.toByteArray());
  }

  private StatusRuntimeException error(MethodDescriptor<byte[], byte[]> method) {
    return error(method, "M-1");
  }

  private StatusRuntimeException error(MethodDescriptor<byte[], byte[]> method, String member) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> call(method, member));
  }

  private static Failure failure(StatusRuntimeException error) {
    return Failure.from(error).orElseThrow(() -> new AssertionError(error));
  }

  private static com.google.rpc.Status details(StatusRuntimeException error) {
    return StatusProto.fromThrowable(error);
  }
}
