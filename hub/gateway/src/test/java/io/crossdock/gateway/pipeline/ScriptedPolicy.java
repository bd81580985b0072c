package io.crossdock.gateway.pipeline;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** A policy that does what a test says and notes what it was told. */
final class ScriptedPolicy implements Policy {

  private final String name;
  private final Function<Call, Verdict> before;
  private final BiConsumer<Call, Outcome> after;
  private final List<String> notes;

  ScriptedPolicy(
      String name,
      List<String> notes,
      Function<Call, Verdict> before,
      BiConsumer<Call, Outcome> after) {
    this.name = name;
    this.notes = notes;
    this.before = before;
    this.after = after;
  }

  ScriptedPolicy(String name, List<String> notes, Function<Call, Verdict> before) {
    this(name, notes, before, (call, outcome) -> {});
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Verdict before(Call call) {
    notes.add("before " + name);
    return before.apply(call);
  }

  @Override
  public void after(Call call, Outcome outcome) {
    notes.add("after " + name + " " + outcome.status().getCode());
    after.accept(call, outcome);
  }

  @Override
  public void abandoned(Call call) {
    notes.add("abandoned " + name);
  }
}
