package io.crossdock.connector.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.crossdock.loyalty.v1.LoyaltyServiceProto;
import io.crossdock.loyalty.v1.ReservePointsRequest;
import io.crossdock.loyalty.v1.ReservePointsResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connector that knows nothing of the protocol is told everything that is wrong with it. */
class ConformanceMainIT {

  private static final String SERVICE = "crossdock.loyalty.v1.LoyaltyService";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;
  private @Nullable Server server;

  /** Answers as somebody would who has only read the .proto file. */
  private static final class Naive extends LoyaltyServiceGrpc.LoyaltyServiceImplBase {

    private final AtomicLong points = new AtomicLong(100);

    @Override
    public void getBalance(GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
      if (request.getMemberId().isEmpty()) {
        answer.onError(Status.INVALID_ARGUMENT.withDescription("no member").asException());
        return;
      }
      answer.onNext(
          GetBalanceResponse.newBuilder()
              .setBalance(Balance.newBuilder().setMemberId("M-" + points.get()))
              .setHubFreshness(HubFreshness.getDefaultInstance())
              .build());
      answer.onCompleted();
    }

    @Override
    public void reservePoints(
        ReservePointsRequest request, StreamObserver<ReservePointsResponse> answer) {
      answer.onNext(
          ReservePointsResponse.newBuilder()
              .setBalance(Balance.newBuilder().setMemberId("M-" + points.addAndGet(-1)))
              .build());
      answer.onCompleted();
    }
  }

  private int start(boolean reflection, boolean health) throws IOException {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Naive());
    if (reflection) {
      builder.addService(ProtoReflectionServiceV1.newInstance());
    }
    if (health) {
      builder.addService(new HealthStatusManager().getHealthService());
    }
    server = builder.build().start();
    return server.getPort();
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private int run(String... args) {
    return ConformanceMain.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  @Test
  void saysEverythingThatANaiveConnectorDoesWrong() throws IOException {
    int port = start(true, false);

    int exit = run("--target", "127.0.0.1:" + port, "--writes", "--json");

    assertThat(exit).isEqualTo(1);
    JsonNode report = new ObjectMapper().readTree(out.toString());
    Set<String> failed = new HashSet<>();
    for (JsonNode check : report.path("checks")) {
      if (check.path("result").asText().equals("fail")) {
        failed.add(check.path("method").asText() + ": " + check.path("check").asText());
      }
    }
    assertThat(failed)
        .contains(
            "server: health",
            SERVICE + "/GetBalance: bytes that are no message",
            SERVICE + "/GetBalance: a request that breaks a rule",
            SERVICE + "/GetBalance: shape of the answer",
            SERVICE + "/ReservePoints: a request that breaks a rule",
            SERVICE + "/ReservePoints: the same request id again",
            SERVICE + "/ReservePoints: the same request id, another body");
    assertThat(report.path("failed").asInt()).isEqualTo(failed.size());
  }

  @Test
  void printsATableAndTriesNoWriteUnlessAllowed() throws IOException {
    int port = start(true, true);

    int exit = run("--target", "127.0.0.1:" + port, "--service", SERVICE);

    assertThat(exit).isEqualTo(1);
    assertThat(out.toString())
        .startsWith("METHOD")
        .contains(SERVICE + "/ReservePoints")
        .contains("needs --writes")
        .contains("freshness (15) does not name the source_system")
        .containsPattern("\\d+ passed, \\d+ failed, \\d+ skipped");
  }

  @Test
  void takesTheContractFromADescriptorSet() throws IOException {
    int port = start(false, true);
    Path descriptors = folder.resolve("contracts.binpb");
    Files.write(descriptors, set(LoyaltyServiceProto.getDescriptor()).toByteArray());

    assertThat(run("--target", "127.0.0.1:" + port)).isEqualTo(3);
    assertThat(err.toString()).contains("reflection: UNIMPLEMENTED", "--descriptors FILE");
    assertThat(run("--target", "127.0.0.1:" + port, "--descriptors", descriptors.toString()))
        .isEqualTo(1);
    assertThat(out.toString()).contains(SERVICE + "/GetBalance");
  }

  @Test
  void usesSamples() throws IOException {
    int port = start(true, true);
    Path samples = folder.resolve("samples.json");
    Files.writeString(
        samples, "{\"" + SERVICE + "/GetBalance\": {\"memberId\": \"M-1001\", \"typo\": 1}}");

    assertThat(run("--target", "127.0.0.1:" + port, "--samples", samples.toString())).isEqualTo(3);
    assertThat(err.toString()).contains("GetBalance", "typo");
  }

  @Test
  void saysWhatCannotBeReached() {
    assertThat(run("--target", "127.0.0.1:9")).isEqualTo(3);
    assertThat(err.toString()).contains("UNAVAILABLE");
    assertThat(run("--target", "http://x")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void saysThatAServiceIsNotThere() throws IOException {
    int port = start(true, true);

    assertThat(run("--target", "127.0.0.1:" + port, "--service", "no.Such")).isEqualTo(3);
    assertThat(err.toString()).contains("--service no.Such");
  }

  private static FileDescriptorSet set(FileDescriptor file) {
    FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
    add(file, set, new HashSet<>());
    return set.build();
  }

  private static void add(FileDescriptor file, FileDescriptorSet.Builder set, Set<String> seen) {
    if (seen.add(file.getName())) {
      file.getDependencies().forEach(each -> add(each, set, seen));
      set.addFile(file.toProto());
    }
  }
}
