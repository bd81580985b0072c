package io.crossdock.contract;

import java.util.function.Consumer;

/** One group of rules. Stateless. */
interface Rule {

  /** Reports everything in the scope's subjects that breaks the rules. */
  void check(Scope scope, Consumer<Finding> findings);
}
