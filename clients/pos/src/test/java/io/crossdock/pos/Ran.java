package io.crossdock.pos;

import io.crossdock.terminal.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/**
 * A command that ran inside the test.
 *
 * @param exit its exit code
 * @param out what it printed
 * @param err what it complained
 */
public record Ran(int exit, String out, String err) {

  /** Runs the till against a hub. */
  public static Ran pos(ScriptedHub hub, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--hub", hub.address()));
    // A busy machine may take its time for what a test is not about.
    if (!all.contains("--timeout")) {
      all.addAll(List.of("--timeout", "30s"));
    }
    return pos(all);
  }

  static Ran pos(List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Program.commandLine(new PosMain());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int exit = line.execute(arguments.toArray(String[]::new));
    return new Ran(exit, out.toString(), err.toString());
  }

  /** What it printed, without what differs from run to run. */
  String withoutTraceId() {
    return out.replaceAll("\"trace_id\": \"[0-9a-f]{32}\"", "\"trace_id\": \"TRACE\"");
  }
}
