package io.crossdock.terminal;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.crossdock.client.CrossdockClient;
import io.crossdock.client.Failures;
import io.crossdock.failure.Failure;
import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that asks a hub one thing and prints the answer: for people, or as JSON.
 *
 * @param <A> the answer
 */
public abstract class HubCommand<A extends Message> implements Callable<Integer> {

  // The contract's deadline is for the call. A slow till needs longer to load its classes.
  private static final Duration CONNECT = Duration.ofSeconds(5);

  @Mixin private HubOptions options = new HubOptions();

  @Spec private @Nullable CommandSpec command;

  private final String program;
  private final String span;
  private final ServiceDescriptor service;

  /**
   * @param program name of the process in the hub's logs and in traces. Example: {@code
   *     crossdock-pos}
   * @param span name of the root span. Example: {@code till balance}
   * @param service the service that is asked
   */
  protected HubCommand(String program, String span, ServiceDescriptor service) {
    this.program = program;
    this.span = span;
    this.service = service;
  }

  /** Asks the hub. */
  protected abstract A ask(Hub hub);

  /** Prints the answer for people. */
  protected abstract void print(A answer, PrintWriter out);

  /** How failures are spoken of. */
  protected abstract Words words();

  /** The hub, within one command. */
  public static final class Hub {

    private final CrossdockClient client;
    private final @Nullable Deadline deadline;

    private Hub(CrossdockClient client, @Nullable Deadline deadline) {
      this.client = client;
      this.deadline = deadline;
    }

    /** A stub whose calls wait as long as the options say. */
    public <S extends AbstractStub<S>> S stub(Function<Channel, S> factory) {
      S stub = client.stub(factory);
      return deadline == null ? stub : stub.withDeadline(deadline);
    }
  }

  @Override
  public final Integer call() {
    if (command == null) {
      throw new IllegalStateException("not run by picocli");
    }
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    long begin = System.nanoTime();
    try (Trace trace = Trace.begin(program, span);
        CrossdockClient client =
            options.client(program, service).telemetry(trace.openTelemetry()).build()) {
      try {
        A answer = trace.inside(() -> ask(connected(client)));
        tell(answer, trace, out, System.nanoTime() - begin);
        return ExitCode.OK.code();
      } catch (StatusRuntimeException e) {
        Failure failure = Failures.of(e);
        trace.failed(failure);
        complain(failure, trace, options.json() ? out : err);
        return ExitCode.of(failure).code();
      }
    }
  }

  private Hub connected(CrossdockClient client) {
    Duration timeout = options.timeout();
    Deadline deadline =
        timeout == null ? null : Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
    client.connect(timeout == null ? CONNECT : timeout);
    return new Hub(client, deadline);
  }

  private void tell(A answer, Trace trace, PrintWriter out, long nanos) {
    if (options.json()) {
      print(Json.of(answer), trace, out);
      return;
    }
    print(answer, out);
    if (options.verbose()) {
      out.println("trace " + trace.id());
      out.println(
          String.format(Locale.ROOT, "hub %s, %.1f ms", options.hub(), nanos / 1_000_000.0));
    }
  }

  private static void print(JsonObject answer, Trace trace, PrintWriter to) {
    answer.addProperty("trace_id", trace.id());
    to.println(Json.print(answer));
  }

  private void complain(Failure failure, Trace trace, PrintWriter to) {
    String sentence = words().about(failure, options.hub(), trace.id());
    if (options.json()) {
      print(Json.of(failure, ExitCode.of(failure), sentence), trace, to);
      return;
    }
    to.println(sentence);
    if (options.verbose()) {
      to.println("reason " + failure.reasonName() + " (" + failure.code() + ")");
      to.println("message " + failure.message());
      failure.metadata().entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .forEach(entry -> to.println(entry.getKey() + " " + entry.getValue()));
      failure.violations().forEach(each -> to.println(each.field() + ": " + each.description()));
      if (failure.retryAfter() != null) {
        to.println("retry after " + Spans.text(failure.retryAfter()));
      }
      to.println("trace " + trace.id());
      to.println("hub " + options.hub());
    }
  }
}
