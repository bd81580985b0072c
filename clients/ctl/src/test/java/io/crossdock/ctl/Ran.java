package io.crossdock.ctl;

import io.crossdock.terminal.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * A command that ran inside the test.
 *
 * @param exit its exit code
 * @param out what it printed
 * @param err what it complained
 */
record Ran(int exit, String out, String err) {

  /** Runs a command against a hub. */
  static Ran ctl(ScriptedHub hub, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Program.commandLine(new CtlMain());
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int exit =
        line.execute(
            Stream.concat(
                    Stream.of(arguments), Stream.of("--hub", hub.address(), "--timeout", "30s"))
                .toArray(String[]::new));
    return new Ran(exit, out.toString(), err.toString());
  }

  /** What it printed, without what differs from run to run. */
  String withoutTraceId() {
    return out.replaceAll("\"trace_id\": \"[0-9a-f]{32}\"", "\"trace_id\": \"TRACE\"");
  }
}
