package io.crossdock.terminal;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.crossdock.client.CrossdockClient;
import io.crossdock.client.Failures;
import io.crossdock.failure.Failure;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A command that asks a hub and prints the answer: for people, or as JSON.
 *
 * @param <A> the answer
 */
public abstract class HubCommand<A> implements Callable<Integer> {

  // The contract's deadline is for the call. A slow till needs longer to load its classes.
  private static final Duration CONNECT = Duration.ofSeconds(5);

  @Mixin private HubOptions options = new HubOptions();

  @Spec private @Nullable CommandSpec command;

  private @Nullable PrintWriter out;
  private @Nullable PrintWriter err;

  private final String program;
  private final String span;
  private final ServiceDescriptor[] services;

  /**
   * @param program name of the process in the hub's logs and in traces. Example: {@code
   *     crossdock-pos}
   * @param span name of the root span. Example: {@code till balance}
   * @param services the services that are asked
   */
  protected HubCommand(String program, String span, ServiceDescriptor... services) {
    this.program = program;
    this.span = span;
    this.services = services.clone();
  }

  /**
   * Looks at the arguments before anybody is asked.
   *
   * @throws ParameterException when they make no sense
   * @throws CommandException when the person at the terminal declines
   */
  protected void check() {}

  /**
   * Asks the hub.
   *
   * @throws CommandException when the fault is neither the hub's nor that of the arguments
   */
  protected abstract A ask(Hub hub);

  /** Prints the answer for people. */
  protected abstract void print(A answer, PrintWriter out);

  /**
   * The answer for programs; null when {@link #ask} has printed it already, piece by piece. A
   * message of a contract is printed as it is.
   */
  protected @Nullable JsonObject json(A answer) {
    if (answer instanceof Message message) {
      return ProtoJson.of(message);
    }
    throw new IllegalStateException("no JSON for " + answer.getClass());
  }

  /** What the command says about its failures. */
  protected abstract FailureMessages failureMessages();

  /** How the command ends that has this answer. */
  protected ExitCode exit(A answer) {
    return ExitCode.OK;
  }

  /** More about a failure, for people, after its sentence; {@code --verbose} shows all there is. */
  protected void explain(Failure failure, PrintWriter to) {}

  /** Whether the answer is for a program. */
  protected final boolean forProgram() {
    return options.json();
  }

  /** Where answers go. What others wrote cannot harm the terminal. */
  protected final PrintWriter out() {
    if (out == null) {
      out = Printable.guard(line().getOut());
    }
    return out;
  }

  /** Where everything else goes. What others wrote cannot harm the terminal. */
  protected final PrintWriter err() {
    if (err == null) {
      err = Printable.guard(line().getErr());
    }
    return err;
  }

  /** The terminal itself, for a line that is drawn over and over. */
  protected final PrintWriter screen() {
    return line().getErr();
  }

  /** Whether answers can no longer be written: the disk is full, or nobody reads the pipe. */
  protected final boolean outputFailed() {
    return out().checkError() || System.out.checkError();
  }

  /** Arguments that make no sense. Example: {@code --rate: 0 (expected: 1 or more)}. */
  protected final ParameterException mistake(String what) {
    return new ParameterException(line(), what);
  }

  /** The hub, within one command. */
  public static final class Hub {

    private final CrossdockClient client;
    private final @Nullable Duration timeout;
    private @Nullable Deadline first;

    private Hub(CrossdockClient client, @Nullable Duration timeout, @Nullable Deadline first) {
      this.client = client;
      this.timeout = timeout;
      this.first = first;
    }

    /**
     * A stub whose calls wait as long as {@code --timeout} says; the time to connect counts for the
     * first. Without the option each call waits as long as its contract says.
     */
    public <S extends AbstractStub<S>> S stub(Function<Channel, S> factory) {
      S stub = client.stub(factory);
      if (timeout == null) {
        return stub;
      }
      Deadline deadline =
          first == null ? Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS) : first;
      first = null;
      return stub.withDeadline(deadline);
    }

    /** A stub whose calls wait as long as their contracts say, whatever the options say. */
    public <S extends AbstractStub<S>> S patientStub(Function<Channel, S> factory) {
      return client.stub(factory);
    }
  }

  @Override
  public final Integer call() {
    long begin = System.nanoTime();
    try (CommandTrace trace = CommandTrace.begin(program, span);
        CrossdockClient client =
            options.client(program, services).telemetry(trace.openTelemetry()).build()) {
      try {
        check();
        A answer = trace.inside(() -> askAndHangUp(client));
        show(answer, trace, System.nanoTime() - begin);
        return outputFailed() ? explainOutput() : exit(answer).code();
      } catch (StatusRuntimeException e) {
        Failure failure = Failures.of(e);
        trace.failed(failure);
        complain(failure, trace, options.json() ? out() : err());
        return ExitCode.of(failure).code();
      } catch (CommandException e) {
        complain(e, trace, options.json() ? out() : err());
        return e.exit().code();
      }
    }
  }

  // A stream that the command did not read to its end is given up, or closing would wait for it.
  private A askAndHangUp(CrossdockClient client) {
    Context.CancellableContext streams = Context.current().withCancellation();
    Context outside = streams.attach();
    try {
      return ask(connected(client));
    } finally {
      streams.detachAndCancel(outside, null);
    }
  }

  private CommandLine line() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    return command.commandLine();
  }

  private Hub connected(CrossdockClient client) {
    Duration timeout = options.timeout();
    Deadline deadline =
        timeout == null ? null : Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
    client.connect(timeout == null ? CONNECT : timeout);
    return new Hub(client, timeout, deadline);
  }

  private void show(A answer, CommandTrace trace, long nanos) {
    if (options.json()) {
      JsonObject json = json(answer);
      if (json != null) {
        print(json, trace, out());
      }
      return;
    }
    print(answer, out());
    if (options.verbose()) {
      out().println("trace " + trace.id());
      out()
          .println(
              String.format(Locale.ROOT, "hub %s, %.1f ms", options.hub(), nanos / 1_000_000.0));
    }
  }

  // Print streams hide why they failed; the descriptor below them does not.
  private int explainOutput() {
    try (FileOutputStream output = new FileOutputStream(FileDescriptor.out)) {
      output.write('\n');
      err().println("The output could not be written.");
    } catch (IOException e) {
      // A reader that has seen enough, as in "| head -1", is not a fault.
      if (!String.valueOf(e.getMessage()).contains("Broken pipe")) {
        err().println("The output could not be written: " + e.getMessage());
      }
    }
    return ExitCode.OTHER.code();
  }

  private static void print(JsonObject answer, CommandTrace trace, PrintWriter to) {
    answer.addProperty("trace_id", trace.id());
    to.println(ProtoJson.print(answer));
  }

  private void complain(Failure failure, CommandTrace trace, PrintWriter to) {
    String sentence = failureMessages().about(failure, options.hub(), trace.id());
    if (options.json()) {
      print(ProtoJson.of(failure, ExitCode.of(failure), sentence), trace, to);
      return;
    }
    to.println(sentence);
    FailureMessages.unknownOutcome(failure).forEach(line -> to.println(Printable.line(line)));
    if (!options.verbose()) {
      explain(failure, to);
    } else {
      to.println("reason " + failure.reasonName() + " (" + failure.code() + ")");
      to.println("message " + failure.message());
      failure.metadata().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> to.println(entry.getKey() + " " + entry.getValue()));
      failure.violations().forEach(each -> to.println(each.field() + ": " + each.description()));
      if (failure.retryAfter() != null) {
        to.println("retry after " + DurationConverter.text(failure.retryAfter()));
      }
      to.println("trace " + trace.id());
      to.println("hub " + options.hub());
    }
  }

  private void complain(CommandException complaint, CommandTrace trace, PrintWriter to) {
    if (options.json()) {
      print(ProtoJson.of(complaint), trace, to);
    } else {
      to.println(complaint.getMessage());
    }
  }
}
