package io.crossdock.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.crossdock.common.v1.Reason;
import io.crossdock.gateway.operation.BuildContracts;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.Payload;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.slf4j.LoggerFactory;

/** Whatever policies, backend and caller do, every policy is released once, in reverse order. */
final class PipelinePropertyTest {

  private static final Logger LOG = (Logger) LoggerFactory.getLogger(Pipeline.class);
  private static final Till TILL = new Till();
  private static final Operation GET_BALANCE =
      BuildContracts.operation("LoyaltyService/GetBalance");
  private static final byte[] REQUEST =
      GetBalanceRequest.newBuilder().setMemberId("M-1").build().toByteArray();

  /** What a policy does when asked first; one that waits does the next thing when asked again. */
  enum Move {
    PROCEED,
    WAIT_AND_PROCEED,
    WAIT_AND_ANSWER,
    WAIT_FOR_EVER,
    ANSWER,
    REFUSE,
    THROW
  }

  /** What the backend does. */
  enum Ending {
    ANSWERS,
    FAILS,
    THROWS,
    ANSWERS_TWICE,
    NEVER
  }

  @BeforeContainer
  static void silence() {
    // Thousands of faults on purpose.
    LOG.setLevel(Level.OFF);
  }

  @AfterContainer
  static void stop() {
    LOG.setLevel(null);
    TILL.close();
  }

  @Property(tries = 2_000, seed = "20261121")
  void releasesEachPolicyThatProceededOnceInReverseOrder(
      @ForAll @Size(max = 5) List<Move> moves, @ForAll Ending ending, @ForAll int releases) {
    List<String> notes = new CopyOnWriteArrayList<>();
    List<Policy> policies = new ArrayList<>();
    for (int i = 0; i < moves.size(); i++) {
      policies.add(policy("p" + i, moves.get(i), (releases >> i & 7) == 0, notes));
    }
    Pipeline pipeline = Pipeline.of(GET_BALANCE, policies, List.of(), backend(ending));

    Till.Receipt receipt = TILL.send(pipeline, REQUEST);
    TILL.settle();
    boolean ended = receipt.isAnswered();
    receipt.cancel();
    receipt.answer();
    TILL.settle();

    assertThat(receipt.closes()).isEqualTo(1);
    List<String> proceeded = new ArrayList<>();
    String abandoned = "";
    int reached = 0;
    for (Move move : moves) {
      String name = "p" + reached++;
      if (move == Move.PROCEED || move == Move.WAIT_AND_PROCEED) {
        proceeded.add(name);
      } else {
        abandoned = move == Move.WAIT_FOR_EVER ? name : "";
        break;
      }
    }
    boolean toTheEnd = proceeded.size() == moves.size();
    assertThat(ended).isEqualTo(abandoned.isEmpty() && !(toTheEnd && ending == Ending.NEVER));
    assertThat(names(notes, "after ")).isEqualTo(reversed(proceeded));
    assertThat(names(notes, "abandoned "))
        .isEqualTo(abandoned.isEmpty() ? List.of() : List.of(abandoned));
    assertThat(names(notes, "before ").stream().distinct().toList())
        .isEqualTo(firstNames(abandoned.isEmpty() && toTheEnd ? moves.size() : reached));
  }

  private static Policy policy(String name, Move move, boolean breaks, List<String> notes) {
    CompletableFuture<Boolean> stage = new CompletableFuture<>();
    return new ScriptedPolicy(
        name,
        notes,
        call ->
            switch (move) {
              case PROCEED -> Verdict.PROCEED;
              case ANSWER -> Verdict.answer(Payload.of(REQUEST));
              case REFUSE -> Verdict.refuse(Reason.REASON_RULE_VIOLATED, "refused");
              case THROW -> throw new IllegalStateException("scripted");
              case WAIT_FOR_EVER -> Verdict.waitFor(stage);
              case WAIT_AND_PROCEED, WAIT_AND_ANSWER -> {
                if (stage.isDone()) {
                  yield move == Move.WAIT_AND_PROCEED
                      ? Verdict.PROCEED
                      : Verdict.answer(Payload.of(REQUEST));
                }
                stage.completeAsync(() -> true, TILL.loops().loop(1));
                yield Verdict.waitFor(stage);
              }
            },
        (call, outcome) -> {
          if (breaks) {
            throw new IllegalStateException("scripted");
          }
        });
  }

  private static Backend backend(Ending ending) {
    return Backend.doing((call, sink) -> {
      switch (ending) {
        case ANSWERS -> sink.finish(new Outcome.Answered(Payload.of(REQUEST)));
        case FAILS -> sink.finish(Outcome.failed(Reason.REASON_CONNECTOR_UNAVAILABLE, "down"));
        case THROWS -> throw new IllegalStateException("scripted");
        case ANSWERS_TWICE -> {
          sink.finish(new Outcome.Answered(Payload.of(REQUEST)));
          sink.finish(Outcome.failed(Reason.REASON_CONNECTOR_UNAVAILABLE, "down"));
        }
        case NEVER -> {}
      }
    });
  }

  private static List<String> names(List<String> notes, String what) {
    return notes.stream()
        .filter(note -> note.startsWith(what))
        .map(note -> note.substring(what.length()).replaceFirst(" .*", ""))
        .toList();
  }

  private static List<String> firstNames(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add("p" + i);
    }
    return names;
  }

  private static List<String> reversed(List<String> names) {
    List<String> reversed = new ArrayList<>(names);
    Collections.reverse(reversed);
    return reversed;
  }
}
