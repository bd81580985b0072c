package io.crossdock.walls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import build.buf.validate.ValidateProto;
import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.Message;
import com.google.protobuf.util.Timestamps;
import io.crossdock.common.v1.CommandContext;
import io.crossdock.common.v1.Freshness.Mode;
import io.crossdock.common.v1.HubFreshness;
import io.crossdock.common.v1.Money;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.PublishRequest;
import io.crossdock.policy.v1.PolicyProto;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * {@code examples/giftcards} as {@code docs/first-connector.md} describes it: a contract that the
 * hub has never heard of, with a connector in Java and one in Node.
 */
@Timeout(240)
final class GiftCardsIT {

  private static final Path WORK = Path.of("target", "giftcards").toAbsolutePath();
  private static final Duration START = Duration.ofSeconds(60);

  @Test
  void isServedByAConnectorInJava() throws Exception {
    Path example = copy("java");
    List<String> command = new ArrayList<>(List.of("mvn"));
    command.addAll(
        ArtifactRepository.mavenArguments(
            WORK,
            List.of(
                new ArtifactRepository.Module("proto", "crossdock-proto"),
                new ArtifactRepository.Module("runtime", "crossdock-runtime"),
                new ArtifactRepository.Module("connectors/kit", "crossdock-connector-kit"))));
    command.addAll(List.of("-f", "java/pom.xml", "package"));
    Program.run(
        example,
        "maven",
        Duration.ofSeconds(150),
        Map.of("JAVA_HOME", System.getProperty("java.home")),
        command.toArray());
    edit(example.resolve("connector.yaml"), "port: 7301", "port: 0", "port: 7311", "port: 0");

    try (Program connector =
        Program.start(
            example,
            "connector",
            Map.of(),
            Path.of(System.getProperty("java.home"), "bin", "java"),
            "-cp",
            "target/java/giftcards-connector-1.0.jar:target/java/lib/*",
            "acme.giftcard.GiftCardConnector",
            "--config",
            "connector.yaml")) {
      isCachedAndInvalidatedByItsEvent(example, connector.port(START));
    }
  }

  @Test
  void isServedByAConnectorInNode() throws Exception {
    Path example = copy("node");
    assumeTrue(
        Program.exists(example, "node", "--version") && Program.exists(example, "npm", "--version"),
        "Node and npm are not installed.");
    Program.run(
        example,
        "export",
        START,
        Map.of(),
        Repository.HOME.resolve("build/export-protos"),
        "target/protos");
    Program.run(
        example,
        "buf",
        START,
        Map.of(),
        Repository.HOME.resolve("proto/target/buf/buf"),
        "build",
        "proto",
        "-o",
        "target/giftcards.binpb");
    assumeTrue(
        Program.succeeds(
            example.resolve("node"),
            "npm-install",
            Duration.ofSeconds(100),
            Map.of(),
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--no-package-lock",
            "--prefer-offline"),
        "The packages of the connector in Node cannot be fetched.");

    try (Program connector =
        Program.start(
            example,
            "connector",
            Map.of(),
            "node",
            "node/connector.js",
            "target/giftcards.binpb",
            "0")) {
      isCachedAndInvalidatedByItsEvent(example, connector.port(START));
    }
  }

  private static void isCachedAndInvalidatedByItsEvent(Path example, int connectorPort)
      throws Exception {
    edit(
        example.resolve("hub.yaml"),
        "port: 7070",
        "port: 0",
        "port: 7080",
        "port: 0",
        "127.0.0.1:7301",
        "127.0.0.1:" + connectorPort);
    try (Program hub =
        Program.start(
            example,
            "hub",
            Map.of(
                "CROSSDOCK_BUILD", "never", "CROSSDOCK_JAVA_HOME", System.getProperty("java.home")),
            Repository.HOME.resolve("crossdock"),
            "hub",
            "--config",
            "hub.yaml")) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", hub.port(START)).usePlaintext().build();
      try {
        Cards cards =
            new Cards(channel, FileDescriptors.read(example.resolve("target/giftcards.binpb")));

        cards.warmUp("GC-1002", START);

        DynamicMessage first = cards.get("GC-1001");
        DynamicMessage second = cards.get("GC-1001");
        cards.publishCharged("GC-1001");

        assertThat(cards.units(first)).isEqualTo(25);
        assertThat(cards.mode(first)).isEqualTo(Mode.MODE_LIVE);
        assertThat(cards.units(second)).isEqualTo(25);
        assertThat(cards.mode(second)).isEqualTo(Mode.MODE_CACHED);
        assertThat(cards.becomesLive("GC-1001", Duration.ofSeconds(10))).isTrue();
        assertThat(cards.code("GC-9")).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(cards.code("no card")).isEqualTo(Status.Code.INVALID_ARGUMENT);
      } finally {
        channel.shutdownNow();
      }
    }
  }

  /** Calls the contract by its descriptors alone. */
  private static final class Cards {
    private final ManagedChannel channel;
    private final Descriptor request;
    private final Descriptor response;
    private final Descriptor charged;
    private final MethodDescriptor<DynamicMessage, DynamicMessage> method;

    Cards(ManagedChannel channel, FileDescriptor contract) {
      this.channel = channel;
      this.request = contract.findMessageTypeByName("GetGiftCardRequest");
      this.response = contract.findMessageTypeByName("GetGiftCardResponse");
      this.charged = contract.findMessageTypeByName("GiftCardCharged");
      this.method =
          MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName("acme.giftcard.v1.GiftCardService/GetGiftCard")
              .setRequestMarshaller(
                  ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(request)))
              .setResponseMarshaller(
                  ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(response)))
              .build();
    }

    DynamicMessage get(String card) {
      return ClientCalls.blockingUnaryCall(
          channel,
          method,
          CallOptions.DEFAULT.withWaitForReady(),
          DynamicMessage.newBuilder(request)
              .setField(request.findFieldByName("card_id"), card)
              .build());
    }

    /** Calls until processes that have just started answer within the contract's deadline. */
    void warmUp(String card, Duration most) {
      Instant end = Instant.now().plus(most);
      while (Instant.now().isBefore(end)) {
        try {
          var _ = get(card);
          return;
        } catch (StatusRuntimeException e) {
          assertThat(e.getStatus().getCode())
              .isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAVAILABLE);
        }
      }
    }

    Status.Code code(String card) {
      return catchThrowableOfType(StatusRuntimeException.class, () -> get(card))
          .getStatus()
          .getCode();
    }

    void publishCharged(String card) throws IOException {
      Money five = Money.newBuilder().setCurrencyCode("EUR").setUnits(5).build();
      DynamicMessage event =
          DynamicMessage.newBuilder(charged)
              .setField(charged.findFieldByName("card_id"), card)
              .setField(
                  charged.findFieldByName("amount"),
                  DynamicMessage.parseFrom(
                      charged.findFieldByName("amount").getMessageType(), five.toByteString()))
              .build();
      var _ =
          EventServiceGrpc.newBlockingStub(channel)
              .publish(
                  PublishRequest.newBuilder()
                      .setContext(
                          CommandContext.newBuilder().setRequestId(UUID.randomUUID().toString()))
                      .addEvents(
                          EventEnvelope.newBuilder()
                              .setEventId(UUID.randomUUID().toString())
                              .setSource("gift-cards")
                              .setType(charged.getFullName())
                              .setKey(card)
                              .setOccurredAt(Timestamps.fromMillis(System.currentTimeMillis()))
                              .setData(
                                  Any.newBuilder()
                                      .setTypeUrl("type.googleapis.com/" + charged.getFullName())
                                      .setValue(event.toByteString())))
                      .build());
    }

    /** Reads until an answer is no longer cached. */
    boolean becomesLive(String card, Duration most) throws IOException {
      Instant end = Instant.now().plus(most);
      while (mode(get(card)) != Mode.MODE_LIVE) {
        if (Instant.now().isAfter(end)) {
          return false;
        }
      }
      return true;
    }

    long units(DynamicMessage answer) throws IOException {
      Message balance = (Message) answer.getField(response.findFieldByName("balance"));
      return Money.parseFrom(balance.toByteString()).getUnits();
    }

    Mode mode(DynamicMessage answer) throws IOException {
      Message freshness = (Message) answer.getField(response.findFieldByName("hub_freshness"));
      return HubFreshness.parseFrom(freshness.toByteString()).getMode();
    }
  }

  /** The contract's file, linked. */
  private static final class FileDescriptors {

    static FileDescriptor read(Path set) throws Exception {
      ExtensionRegistry registry = ExtensionRegistry.newInstance();
      PolicyProto.registerAllExtensions(registry);
      ValidateProto.registerAllExtensions(registry);
      Map<String, FileDescriptor> linked = new LinkedHashMap<>();
      for (FileDescriptorProto file :
          FileDescriptorSet.parseFrom(Files.readAllBytes(set), registry).getFileList()) {
        linked.put(
            file.getName(),
            FileDescriptor.buildFrom(
                file,
                file.getDependencyList().stream().map(linked::get).toArray(FileDescriptor[]::new)));
      }
      return linked.values().stream()
          .filter(file -> file.getPackage().equals("acme.giftcard.v1"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The example, copied so that nothing is written beside its sources; what was fetched stays. */
  private static Path copy(String name) throws IOException {
    Path source = Repository.HOME.resolve("examples/giftcards");
    Path copy = WORK.resolve(name);
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = source.relativize(file);
        if (!relative.toString().contains("node_modules") && !relative.startsWith("target")) {
          Path target = copy.resolve(relative);
          Files.createDirectories(target.getParent());
          Files.writeString(target, Files.readString(file));
        }
      }
    }
    Files.createDirectories(copy.resolve("target"));
    return copy;
  }

  private static void edit(Path file, String... oldAndNew) throws IOException {
    String text = Files.readString(file);
    for (int i = 0; i < oldAndNew.length; i += 2) {
      assertThat(text).contains(oldAndNew[i]);
      text = text.replace(oldAndNew[i], oldAndNew[i + 1]);
    }
    Files.writeString(file, text);
  }
}
