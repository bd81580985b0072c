package io.crossdock.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ContractSetTest {

  @TempDir private Path directory;

  private final ContractSet contracts = ContractSet.ofBuild();

  @Test
  void addsTheContractOfAFile() throws Exception {
    Path file = file("things.binpb", OwnContract.withImports(contract("shop.v1.Things")));

    contracts.add(file);

    ContractSet.Service service = contracts.service("shop.v1.Things").orElseThrow();
    assertThat(service.source()).isEqualTo("things.binpb");
    assertThat(service.operations()).hasSize(1);
    assertThat(service.operations().getFirst().name()).isEqualTo("shop.v1.Things/Ask");
  }

  @Test
  void numbersEveryOperationOnce() throws Exception {
    contracts.add(file("a", OwnContract.withImports(contract("shop.v1.Things"))));
    contracts.add(file("b", OwnContract.withImports(contract("shop.v2.Things"))));

    Set<Integer> numbers = new HashSet<>();

    assertThat(contracts.services())
        .allSatisfy(service ->
            assertThat(service.operations()).allMatch(operation -> numbers.add(operation.index())));
  }

  @Test
  void keepsTheBuildsContractWhenAFileHasAnotherOfThatName() throws Exception {
    String name = "crossdock.loyalty.v1.LoyaltyService";
    ContractSet.Service known = contracts.service(name).orElseThrow();

    contracts.add(file("other", OwnContract.withImports(contract(name))));

    assertThat(contracts.service(name)).containsSame(known);
    assertThat(known.source()).isEqualTo("build");
  }

  @Test
  void keepsTheFirstOfTwoFilesWithTheSameContract() throws Exception {
    contracts.add(file("first", OwnContract.withImports(contract("shop.v1.Things"))));
    contracts.add(file("second", OwnContract.withImports(contract("shop.v1.Things"))));

    assertThat(contracts.service("shop.v1.Things").orElseThrow().source()).isEqualTo("first");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    Path missing = directory.resolve("missing.binpb");

    assertThatThrownBy(() -> contracts.add(missing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a readable descriptor set with imports; NoSuchFileException");
  }

  @Test
  void refusesAFileThatIsNoDescriptorSet() throws Exception {
    Path text = directory.resolve("things.proto");
    Files.writeString(text, "syntax = \"proto3\";\npackage shop.v1;\n", StandardCharsets.UTF_8);
    byte[] whole = OwnContract.withImports(contract("shop.v1.Things")).toByteArray();
    Path cut = directory.resolve("cut.binpb");
    Files.write(cut, Arrays.copyOf(whole, whole.length - 5));

    assertThatThrownBy(() -> contracts.add(text)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> contracts.add(cut))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a readable descriptor set with imports");
  }

  @Test
  void refusesAFileWithoutAService() throws Exception {
    Path empty = file("empty.binpb", FileDescriptorSet.getDefaultInstance());

    assertThatThrownBy(() -> contracts.add(empty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a descriptor set with a service");
  }

  @Test
  void refusesASetWithoutItsImports() throws Exception {
    FileDescriptorSet alone =
        FileDescriptorSet.newBuilder().addFile(contract("shop.v1.Things")).build();
    Path file = file("alone.binpb", alone);

    assertThatThrownBy(() -> contracts.add(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "shop.v1.proto imports crossdock/common/v1/common.proto, which is missing"
                + " (expected: a set with imports)");
  }

  @Test
  void refusesASetThatImportsItself() throws Exception {
    FileDescriptorProto circular =
        contract("shop.v1.Things").toBuilder().addDependency("shop.v1.proto").build();
    Path file = file("circular.binpb", OwnContract.withImports(circular));

    assertThatThrownBy(() -> contracts.add(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shop.v1.proto imports itself");
  }

  @Test
  void refusesASetThatDoesNotLink() throws Exception {
    FileDescriptorProto.Builder broken = contract("shop.v1.Things").toBuilder();
    broken.getServiceBuilder(0).getMethodBuilder(0).setInputType(".shop.v1.Nothing");
    Path file = file("broken.binpb", OwnContract.withImports(broken.build()));

    assertThatThrownBy(() -> contracts.add(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("shop.v1.proto: ")
        .hasMessageContaining("Nothing");
  }

  @Test
  void refusesAContractThatContradictsItself() throws Exception {
    FileDescriptorProto contradicting =
        OwnContract.file("shop.v1.Things", "cache { ttl_ms: 1 }", "", "");
    Path file = file("contradicting.binpb", OwnContract.withImports(contradicting));

    assertThatThrownBy(() -> contracts.add(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("shop.v1.Things.Ask: cache: ");
  }

  private static FileDescriptorProto contract(String service) {
    return OwnContract.file(service, "", "", "");
  }

  private Path file(String name, FileDescriptorSet set) throws Exception {
    return Files.write(directory.resolve(name), set.toByteArray());
  }
}
