package io.crossdock.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import build.buf.validate.FieldRules;
import build.buf.validate.StringRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import io.crossdock.common.v1.Freshness;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.server.DataPlane;
import io.crossdock.gateway.server.Gateway;
import io.crossdock.hub.config.HubSettings;
import io.crossdock.hub.gateway.CallPathModule;
import io.crossdock.policy.v1.Cache;
import io.crossdock.policy.v1.FieldPolicy;
import io.crossdock.policy.v1.Idempotency;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.OpenTelemetry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A service that the build has never heard of: a descriptor-set file and a route are all that it
 * costs.
 */
@Timeout(60)
class GiftCardIT {

  private static final FileDescriptor CONTRACT = contract();
  private static final Descriptor REQUEST = CONTRACT.findMessageTypeByName("CardRequest");
  private static final Descriptor RESPONSE = CONTRACT.findMessageTypeByName("CardResponse");
  private static final MethodDescriptor<DynamicMessage, DynamicMessage> GET = method("GetGiftCard");
  private static final MethodDescriptor<DynamicMessage, DynamicMessage> REDEEM = method("Redeem");

  private final AtomicLong balance = new AtomicLong(5000);
  private final AtomicLong reads = new AtomicLong();

  @TempDir Path dir;
  private Server connector;
  private Gateway gateway;
  private ManagedChannel till;

  @BeforeEach
  void start() throws Exception {
    connector =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("acme.giftcard.v1.GiftCardService")
                    .addMethod(GET, ServerCalls.asyncUnaryCall(this::read))
                    .addMethod(REDEEM, ServerCalls.asyncUnaryCall(this::redeem))
                    .build())
            .build()
            .start();
    Files.write(dir.resolve("gift-card.binpb"), withImports(CONTRACT).toByteArray());
    Path file =
        Files.writeString(
            dir.resolve("hub.yaml"),
            """
            listen: {port: 0}
            contracts:
              - descriptor_set: gift-card.binpb
            connectors:
              - name: gift-cards
                instances: ["127.0.0.1:%d"]
            routes:
              - service: acme.giftcard.v1.GiftCardService
                connector: gift-cards
            """
                .formatted(connector.getPort()));
    HubSettings settings = HubSettings.read(file, Set.of(), Set.of());
    DataPlane plane = DataPlane.of(settings.config(), settings.contracts(), OpenTelemetry.noop());
    gateway = new Gateway(plane, CallPathModule.of(settings.config(), plane), List.of());
    gateway.start();
    till = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    till.shutdownNow();
    gateway.close();
    connector.shutdownNow();
  }

  @Test
  void isCachedAndDroppedByItsWriteAsItsContractSays() throws Exception {
    DynamicMessage live = call(GET, "GC-1");
    DynamicMessage cached = call(GET, "GC-1");
    var _ = call(REDEEM, "GC-1");
    DynamicMessage afterwards = call(GET, "GC-1");

    assertThat(freshness(live).getMode()).isEqualTo(Freshness.Mode.MODE_LIVE);
    assertThat(freshness(cached).getMode()).isEqualTo(Freshness.Mode.MODE_CACHED);
    assertThat(minor(cached)).isEqualTo(5000);
    assertThat(freshness(afterwards).getMode()).isEqualTo(Freshness.Mode.MODE_LIVE);
    assertThat(minor(afterwards)).isEqualTo(4000);
    assertThat(reads).hasValue(2);
  }

  @Test
  void isHeldToItsRules() {
    Failure failure =
        Failure.from(
                catchThrowableOfType(StatusRuntimeException.class, () -> call(GET, "not a card")))
            .orElseThrow();

    assertThat(failure.reason()).isEqualTo(Reason.REASON_RULE_VIOLATED);
    assertThat(failure.toString()).contains("card_id");
    assertThat(reads).hasValue(0);
  }

  @Test
  void isToldByReflection() throws Exception {
    CompletableFuture<ServerReflectionResponse> listed = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asks =
        ServerReflectionGrpc.newStub(till)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    listed.complete(response);
                  }

                  @Override
                  public void onError(Throwable error) {
                    listed.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                });

    asks.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

    assertThat(listed.get().getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .contains("acme.giftcard.v1.GiftCardService");
    asks.onCompleted();
  }

  @Test
  void isRefusedWhenTheFileLacksAnImport() throws Exception {
    FileDescriptorSet alone = FileDescriptorSet.newBuilder().addFile(CONTRACT.toProto()).build();
    Files.write(dir.resolve("alone.binpb"), alone.toByteArray());
    Path file =
        Files.writeString(
            dir.resolve("alone.yaml"),
            """
            contracts:
              - descriptor_set: alone.binpb
            connectors:
              - name: gift-cards
                instances: ["127.0.0.1:1"]
            routes:
              - service: acme.giftcard.v1.GiftCardService
                connector: gift-cards
            """);

    assertThatThrownBy(() -> HubSettings.read(file, Set.of(), Set.of()))
        .hasMessageContaining("alone.yaml:2: contracts[0].descriptor_set: alone.binpb")
        .hasMessageContaining("crossdock/policy/v1/policy.proto, which is missing");
  }

  private void read(DynamicMessage request, StreamObserver<DynamicMessage> answer) {
    reads.incrementAndGet();
    reply(answer);
  }

  private void redeem(DynamicMessage request, StreamObserver<DynamicMessage> answer) {
    balance.addAndGet(-1000);
    reply(answer);
  }

  private void reply(StreamObserver<DynamicMessage> answer) {
    answer.onNext(
        DynamicMessage.newBuilder(RESPONSE)
            .setField(RESPONSE.findFieldByName("balance_minor"), balance.get())
            .build());
    answer.onCompleted();
  }

  private DynamicMessage call(
      MethodDescriptor<DynamicMessage, DynamicMessage> method, String cardId) {
    return ClientCalls.blockingUnaryCall(
        till,
        method,
        CallOptions.DEFAULT.withWaitForReady(),
        DynamicMessage.newBuilder(REQUEST)
            .setField(REQUEST.findFieldByName("card_id"), cardId)
            .build());
  }

  private static long minor(DynamicMessage response) {
    return (Long) response.getField(RESPONSE.findFieldByName("balance_minor"));
  }

  private static HubFreshness freshness(DynamicMessage response) throws Exception {
    return HubFreshness.parseFrom(
        ((com.google.protobuf.Message) response.getField(RESPONSE.findFieldByName("hub_freshness")))
            .toByteString());
  }

  private static MethodDescriptor<DynamicMessage, DynamicMessage> method(String name) {
    return MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName("acme.giftcard.v1.GiftCardService/" + name)
        .setRequestMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(REQUEST)))
        .setResponseMarshaller(ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(RESPONSE)))
        .build();
  }

  private static FileDescriptor contract() {
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("acme/giftcard/v1/gift_card.proto")
            .setPackage("acme.giftcard.v1")
            .setSyntax("proto3")
            .addDependency(PolicyProto.getDescriptor().getFullName())
            .addDependency(Freshness.getDescriptor().getFile().getFullName())
            .addDependency(ValidateProto.getDescriptor().getFullName())
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("CardRequest")
                    .addField(
                        field("card_id", 1, FieldDescriptorProto.Type.TYPE_STRING)
                            .setOptions(
                                FieldOptions.newBuilder()
                                    .setExtension(
                                        PolicyProto.field,
                                        FieldPolicy.newBuilder().setCacheKey(true).build())
                                    .setExtension(
                                        ValidateProto.field,
                                        FieldRules.newBuilder()
                                            .setString(
                                                StringRules.newBuilder()
                                                    .setPattern("^GC-[0-9]{1,18}$"))
                                            .build()))))
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("CardResponse")
                    .addField(field("balance_minor", 1, FieldDescriptorProto.Type.TYPE_INT64))
                    .addField(
                        field("freshness", 15, FieldDescriptorProto.Type.TYPE_MESSAGE)
                            .setTypeName("." + Freshness.getDescriptor().getFullName()))
                    .addField(
                        field("hub_freshness", 16, FieldDescriptorProto.Type.TYPE_MESSAGE)
                            .setTypeName("." + HubFreshness.getDescriptor().getFullName())))
            .addService(
                ServiceDescriptorProto.newBuilder()
                    .setName("GiftCardService")
                    .addMethod(
                        rpc(
                            "GetGiftCard",
                            MethodPolicy.newBuilder()
                                .setIdempotency(Idempotency.IDEMPOTENCY_SAFE)
                                .setDeadlineMs(5000)
                                .setCache(
                                    Cache.newBuilder().setTtlMs(60_000).addTags("card/{card_id}"))
                                .build()))
                    .addMethod(
                        rpc(
                            "Redeem",
                            MethodPolicy.newBuilder()
                                .setIdempotency(Idempotency.IDEMPOTENCY_NONE)
                                .setDeadlineMs(5000)
                                .addInvalidates("card/{card_id}")
                                .build())))
            .build();
    try {
      return FileDescriptor.buildFrom(
          file,
          new FileDescriptor[] {
            PolicyProto.getDescriptor(),
            Freshness.getDescriptor().getFile(),
            ValidateProto.getDescriptor()
          });
    } catch (Descriptors.DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static FieldDescriptorProto.Builder field(
      String name, int number, FieldDescriptorProto.Type type) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(type)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
  }

  private static MethodDescriptorProto rpc(String name, MethodPolicy policy) {
    return MethodDescriptorProto.newBuilder()
        .setName(name)
        .setInputType(".acme.giftcard.v1.CardRequest")
        .setOutputType(".acme.giftcard.v1.CardResponse")
        .setOptions(MethodOptions.newBuilder().setExtension(PolicyProto.method, policy))
        .build();
  }

  private static FileDescriptorSet withImports(FileDescriptor file) {
    Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    collect(file, files);
    return FileDescriptorSet.newBuilder().addAllFile(files.values()).build();
  }

  private static void collect(FileDescriptor file, Map<String, FileDescriptorProto> files) {
    file.getDependencies().forEach(dependency -> collect(dependency, files));
    files.put(file.getFullName(), file.toProto());
  }
}
