package io.crossdock.gateway.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** A descriptor set is taken or refused with what is wrong; nothing else comes out. */
class ContractSetFuzzTest {

  private static byte[] sample = {};
  private static final ContractSet CONTRACTS = ContractSet.ofBuild();
  private static Path file = Path.of("");

  @BeforeContainer
  static void create() throws IOException {
    file = Files.createTempFile("fuzz", ".binpb");
    try (InputStream in = ContractSet.class.getResourceAsStream("/io/crossdock/contracts.binpb")) {
      assertThat(in).isNotNull();
      sample = in.readAllBytes();
    }
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Property(tries = 300)
  void takesOrRefusesAnyBytes(@ForAll byte[] bytes) throws IOException {
    add(bytes);
  }

  @Property(tries = 20)
  void takesOrRefusesAChangedSet(@ForAll @Size(max = 6) List<Integer> places, @ForAll byte value)
      throws IOException {
    byte[] changed = sample.clone();
    for (int place : places) {
      changed[Math.floorMod(place, changed.length)] = (byte) (value + place);
    }
    add(changed);
  }

  private static void add(byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try {
      CONTRACTS.add(file);
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }
}
