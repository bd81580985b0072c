package io.crossdock.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.contracts.PolicyChange.Kind;
import io.crossdock.contracts.PolicyText.Fact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Keeps what the contracts' options promise: {@code buf breaking} sees shapes, this sees behaviour.
 *
 * <p>Run by {@code ./build/move-baseline} with the property {@code crossdock.baseline}, it judges
 * the changes and writes {@code proto/baseline/policies.txt} instead.
 */
final class PolicyBaselineTest {

  /** The module is the working directory of its tests. */
  private static final Path IMAGE = Path.of("baseline", "crossdock.binpb");

  private static final Path TEXT = Path.of("baseline", "policies.txt");

  @Test
  void thePoliciesAreThoseOfTheBaseline() throws Exception {
    Collection<Fact> before = PolicyText.of(Contracts.descriptorSet(IMAGE));
    Collection<Fact> after = PolicyText.of(Contracts.descriptorSet());
    List<PolicyChange> changes = PolicyChange.between(before, after);
    String move = System.getProperty("crossdock.baseline", "");

    switch (move) {
      case "" -> {
        assertThat(breaking(changes))
            .as(
                "Behaviour that somebody relies on changes. If that is right, say why in a page of"
                    + " docs/decisions that names each element, and run ./build/move-baseline PAGE")
            .isEmpty();
        assertThat(changes)
            .as("New policies are not protected yet; run ./build/move-baseline --additions")
            .isEmpty();
      }
      case "additions" -> {
        assertThat(breaking(changes))
            .as("These are more than additions; they need a page of docs/decisions")
            .isEmpty();
        write(after);
      }
      default -> {
        assertThat(DecisionPage.read(Path.of(move)).lacks(breaking(changes)))
            .as("%s does not justify what changes", move)
            .isEmpty();
        write(after);
      }
    }
  }

  @Test
  void theTextIsThatOfTheImage() throws IOException {
    assertThat(Files.readString(TEXT))
        .as(
            "baseline/policies.txt is not what baseline/crossdock.binpb says; only"
                + " ./build/move-baseline may write them")
        .isEqualTo(lines(PolicyText.of(Contracts.descriptorSet(IMAGE))));
  }

  private static List<PolicyChange> breaking(List<PolicyChange> changes) {
    return changes.stream().filter(change -> change.kind() == Kind.BREAKING).toList();
  }

  private static void write(Collection<Fact> facts) throws IOException {
    Files.writeString(TEXT, lines(facts), UTF_8);
  }

  /** Shapes are {@code buf}'s, but for methods, so that each has a line. */
  private static boolean isShape(Fact fact) {
    return fact.name().equals(Fact.IS) && !fact.element().startsWith("method ");
  }

  private static String lines(Collection<Fact> facts) {
    return Stream.concat(
            Stream.of("# What the contracts' options say; written by ./build/move-baseline."),
            facts.stream().filter(fact -> !isShape(fact)).map(Fact::toString))
        .collect(joining("\n", "", "\n"));
  }
}
