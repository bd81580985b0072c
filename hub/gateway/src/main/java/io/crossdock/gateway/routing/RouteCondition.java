package io.crossdock.gateway.routing;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Collection;
import java.util.Map;

/**
 * A CEL expression over a service's routing attributes, each a string; compiled and type-checked at
 * start-up. Safe for any thread.
 */
public final class RouteCondition {

  private static final CelRuntime RUNTIME = CelRuntimeFactory.legacyCelRuntimeBuilder().build();

  private final String text;
  private final CelRuntime.Program program;

  private RouteCondition(String text, CelRuntime.Program program) {
    this.text = text;
    this.program = program;
  }

  /**
   * Compiles an expression.
   *
   * @param text the expression; empty applies always
   * @param attributes names of the attributes that it may use
   * @throws IllegalArgumentException when it is no boolean expression over these attributes; the
   *     message says what was expected
   */
  public static RouteCondition compile(String text, Collection<String> attributes) {
    CelCompilerBuilder compiler =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .setResultType(SimpleType.BOOL);
    for (String attribute : attributes) {
      compiler.addVar(attribute, SimpleType.STRING);
    }
    try {
      CelAbstractSyntaxTree ast = compiler.build().compile(text.isEmpty() ? "true" : text).getAst();
      return new RouteCondition(text, RUNTIME.createProgram(ast));
    } catch (CelValidationException | CelEvaluationException e) {
      throw new IllegalArgumentException(
          "a condition over "
              + attributes
              + "; "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
  }

  /** Whether the rule applies to a call with these attributes. */
  public boolean applies(Map<String, String> attributes) {
    if (text.isEmpty()) {
      return true;
    }
    try {
      return (Boolean) program.eval(attributes);
    } catch (CelEvaluationException e) {
      // A condition that cannot be decided, such as an index past a list's end, does not apply.
      return false;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
