package io.crossdock.hub.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.crossdock.policy.v1.EventPolicy;
import io.crossdock.policy.v1.Lane;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.runtime.config.ConfigError;
import io.crossdock.runtime.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HubSettingsTest {

  private static final String ROUTES =
      """
      connectors:
        - {name: loyalty, instances: ["127.0.0.1:7103"]}
      routes:
        - {service: crossdock.loyalty.v1.LoyaltyService, connector: loyalty}
      """;

  @TempDir private Path dir = Path.of("");

  @Test
  void acceptsWhatIsRight() throws Exception {
    assertThat(HubSettings.read(file(ROUTES), Set.of(), Set.of()).effective())
        .contains("127.0.0.1:7103");
  }

  @Test
  void refusesAnAddressThatIsNotOfThisMachine() throws Exception {
    assertThat(errors("listen: {host: 192.0.2.1}\n" + ROUTES))
        .containsExactly(
            "hub.yaml:1: listen.host: 192.0.2.1 (expected: a loopback address such as 127.0.0.1,"
                + " because the connection is not encrypted)");
  }

  @Test
  void refusesOnePortForTwoListeners() throws Exception {
    assertThat(errors("listen: {port: 7070}\nops: {port: 7070}\n" + ROUTES))
        .containsExactly(
            "hub.yaml:2: ops.port: 7070 (expected: another port than that of listen.port)");
  }

  @Test
  void refusesACacheThatDoesNotFitIntoTheHeap() throws Exception {
    assertThat(errors("cache: {max_bytes: 68719476736}\n" + ROUTES))
        .singleElement()
        .asString()
        .startsWith("hub.yaml:1: cache.max_bytes: 68719476736 (expected: at most ")
        .contains("three quarters of this process's heap");
  }

  @Test
  void refusesAConnectionThatHasNoRoomForACall() throws Exception {
    assertThat(errors("limits: {max_connection_bytes: 4194304}\n" + ROUTES))
        .containsExactly(
            "hub.yaml:1: limits.max_connection_bytes: 4194304 (expected: at least 8388608, twice"
                + " limits.max_message_bytes)");
    assertThat(errors("limits: {max_buffered_bytes: 4194304}\n" + ROUTES))
        .singleElement()
        .asString()
        .startsWith("hub.yaml:1: limits.max_buffered_bytes: 4194304 (expected: at least ");
  }

  @Test
  void refusesAConnectorOnPortZero() throws Exception {
    assertThat(errors(ROUTES.replace("7103", "0")))
        .containsExactly(
            "hub.yaml:2: connectors[0].instances[0]: 127.0.0.1:0 (expected: a port in 1..65535)");
  }

  @Test
  void takesAConnectorByItsAddressOfIpVersion6() throws Exception {
    assertThat(errors(ROUTES.replace("127.0.0.1", "[::1]"))).isEmpty();
  }

  @Test
  void refusesAHostNameThatNoResolverTakes() throws Exception {
    assertThat(errors(ROUTES.replace("127.0.0.1", "my_host")))
        .singleElement()
        .asString()
        .contains("my_host:7103")
        .contains("(expected: a host and a port");
  }

  @Test
  void refusesABrokerWithoutAPort() throws Exception {
    String text =
        ROUTES + "ledger:\n  directory: ledger\n  kafka: {bootstrap_servers: \"k-1:9092,k-2\"}\n";

    assertThat(errors(text))
        .containsExactly(
            "hub.yaml:7: ledger.kafka.bootstrap_servers: k-2 (expected: a host and a port such as"
                + " kafka-1:9092, several separated by commas)");
  }

  @Test
  void refusesAConsumerThatNoRuleMatches() throws Exception {
    String text =
        ROUTES
            + """
              - service: crossdock.event.v1.EventSinkService
                rules: [{when: consumer == "points", connector: loyalty}]
            ledger: {directory: ledger}
            consumers:
              - name: points
              - name: pionts
            """;

    assertThat(
            errors(text.replace("\n  ledger", "\nledger").replace("\n  consumers", "\nconsumers")))
        .singleElement()
        .asString()
        .contains("consumers[1].name: pionts")
        .contains("a rule of the route of crossdock.event.v1.EventSinkService matches");
  }

  @Test
  void keepsPasswordsToItself() throws Exception {
    String url = "jdbc:postgresql://crossdock:s3cret@db/ledger?ssl=true&password=hunter2";

    String effective =
        HubSettings.read(
                file(ROUTES + "ledger:\n  postgresql: {url: \"" + url + "\"}\n"),
                Set.of(),
                Set.of())
            .effective();
    List<String> errors =
        errors(ROUTES + "ledger:\n  postgresql: {url: \"" + url.replace("jdbc:", "") + "\"}\n");

    assertThat(effective)
        .contains("jdbc:postgresql://crossdock:***@db/ledger?ssl=true&password=***");
    assertThat(errors).singleElement().asString().contains("//crossdock:***@db");
    assertThat(effective + errors).doesNotContain("s3cret").doesNotContain("hunter2");
  }

  @Test
  void refusesAContractThatBreaksTheRules() throws Exception {
    FileDescriptorProto contract =
        FileDescriptorProto.newBuilder()
            .setName("acme/note/v1/note.proto")
            .setPackage("acme.note.v1")
            .setSyntax("proto3")
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("NoteRequest")
                    .addField(
                        FieldDescriptorProto.newBuilder()
                            .setName("text")
                            .setNumber(1)
                            .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
                            .setType(FieldDescriptorProto.Type.TYPE_STRING)))
            .addMessageType(DescriptorProto.newBuilder().setName("NoteResponse"))
            .addService(
                ServiceDescriptorProto.newBuilder()
                    .setName("NoteService")
                    .addMethod(
                        MethodDescriptorProto.newBuilder()
                            .setName("AddNote")
                            .setInputType(".acme.note.v1.NoteRequest")
                            .setOutputType(".acme.note.v1.NoteResponse")))
            .build();
    Files.write(
        dir.resolve("note.binpb"),
        FileDescriptorSet.newBuilder().addFile(contract).build().toByteArray());

    assertThat(errors(ROUTES + "contracts:\n  - {descriptor_set: note.binpb}\n"))
        .allSatisfy(error -> assertThat(error).startsWith("hub.yaml:6: contracts[0]"))
        .anySatisfy(error -> assertThat(error).contains("acme.note.v1.NoteRequest.text"))
        .anySatisfy(error -> assertThat(error).contains("acme.note.v1.NoteService.AddNote"));
  }

  @ParameterizedTest
  @CsvSource({
    "no_such_field, LANE_BUSINESS, ''",
    "note_id, LANE_UNSPECIFIED, ''",
    "note_id, LANE_BUSINESS, note/{no_such_field}",
    "note_id, LANE_BUSINESS, note/{note_id"
  })
  void reportsAMistakeInTheOptionOfAnEventAsASentence(String key, Lane lane, String tag)
      throws Exception {
    EventPolicy.Builder policy =
        EventPolicy.newBuilder().setAggregate("note").setKey(key).setLane(lane).setOwner("notes");
    if (!tag.isEmpty()) {
      policy.addInvalidates(tag);
    }
    FileDescriptorProto contract =
        FileDescriptorProto.newBuilder()
            .setName("acme/note/v1/note_events.proto")
            .setPackage("acme.note.v1")
            .setSyntax("proto3")
            .addDependency(PolicyProto.getDescriptor().getFullName())
            .addMessageType(
                DescriptorProto.newBuilder()
                    .setName("NoteAdded")
                    .setOptions(
                        MessageOptions.newBuilder().setExtension(PolicyProto.event, policy.build()))
                    .addField(
                        FieldDescriptorProto.newBuilder()
                            .setName("note_id")
                            .setNumber(1)
                            .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
                            .setType(FieldDescriptorProto.Type.TYPE_STRING)))
            .addMessageType(DescriptorProto.newBuilder().setName("Nothing"))
            .addService(ServiceDescriptorProto.newBuilder().setName("NoteService"))
            .build();
    Map<String, FileDescriptorProto> files = new LinkedHashMap<>();
    collect(PolicyProto.getDescriptor(), files);
    files.put(contract.getName(), contract);
    Files.write(
        dir.resolve("note.binpb"),
        FileDescriptorSet.newBuilder().addAllFile(files.values()).build().toByteArray());

    assertThat(errors(ROUTES + "contracts:\n  - {descriptor_set: note.binpb}\n"))
        .isNotEmpty()
        .allSatisfy(error -> assertThat(error).startsWith("hub.yaml:").contains("(expected: "))
        .anySatisfy(error -> assertThat(error).contains("NoteAdded"));
  }

  private static void collect(FileDescriptor file, Map<String, FileDescriptorProto> files) {
    file.getDependencies().forEach(each -> collect(each, files));
    files.put(file.getFullName(), file.toProto());
  }

  private List<String> errors(String text) throws IOException {
    Path file = file(text);
    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class, () -> HubSettings.read(file, Set.of(), Set.of()));
    return refused == null
        ? List.of()
        : refused.errors().stream()
            .map(ConfigError::toString)
            .map(error -> error.replace(dir + "/", ""))
            .toList();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(dir.resolve("hub.yaml"), text);
  }
}
