package io.crossdock.ctl;

import com.google.gson.JsonObject;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.event.v1.EventServiceGrpc;
import io.crossdock.event.v1.SubscribeRequest;
import io.crossdock.event.v1.SubscribeResponse;
import io.crossdock.terminal.OutputPipe;
import io.crossdock.terminal.Printable;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.io.PrintWriter;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints events as they are recorded. */
@Command(
    name = "tail",
    mixinStandardHelpOptions = true,
    description = {
      "Prints events as they are recorded, until Ctrl-C. Filters are combined with AND.",
      "With --json each event is one line, whole; it may hold personal data."
    },
    footer = {
      "",
      "Examples:",
      "  ctl events tail --lane financial",
      "  ctl events tail --type StockMoved --key-prefix EU-001/ --count 10 --json"
    })
final class EventsTailCommand extends OperatorCommand<Long> {

  private static final long LOOK_MILLIS = 500;

  @Mixin private EventFilterOptions filter = new EventFilterOptions();

  @Option(
      names = "--key-prefix",
      paramLabel = "TEXT",
      description = "Only events whose key starts with this.")
  private String keyPrefix = "";

  @Option(names = "--count", paramLabel = "N", description = "Stop after this many events.")
  private long count = Long.MAX_VALUE;

  @Option(
      names = "--after",
      paramLabel = "POSITION",
      description = "Continue after this position. Default: with the next event.")
  private String after = "";

  @Mixin private TypeSource types = new TypeSource();

  EventsTailCommand() {
    super(
        "ctl events tail",
        EventServiceGrpc.getServiceDescriptor(),
        ServerReflectionGrpc.getServiceDescriptor());
  }

  @Override
  protected void check() {
    if (count < 1) {
      throw mistake("--count: %d (expected: 1 or more)".formatted(count));
    }
    types.check(this::mistake);
  }

  @Override
  protected Long ask(Hub hub) {
    SubscribeRequest.Builder request =
        SubscribeRequest.newBuilder().setFilter(filter.filter(keyPrefix));
    if (!after.isEmpty()) {
      request.setAfterPosition(after);
    }
    EventJson json = types.json(hub);
    Thread.ofVirtual().start(EventsTailCommand::endWithTheReader);
    Iterator<SubscribeResponse> answers =
        hub.patientStub(EventServiceGrpc::newBlockingStub).subscribe(request.build());
    String position = after;
    long printed = 0;
    try {
      while (printed < count && !outputFailed() && answers.hasNext()) {
        SubscribeResponse answer = answers.next();
        // Without an event it is a keep-alive.
        if (answer.hasEvent()) {
          print(answer.getEvent(), json);
          printed++;
        }
        position = answer.getPosition();
      }
    } catch (StatusRuntimeException e) {
      if (!position.isEmpty()) {
        err().println("Continue with: --after " + position);
      }
      throw e;
    }
    return printed;
  }

  // Of "| head -1" that has seen enough, while no further event comes.
  private static void endWithTheReader() {
    try {
      while (!OutputPipe.isAbandoned()) {
        Thread.sleep(LOOK_MILLIS);
      }
      Runtime.getRuntime().halt(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  protected void print(Long printed, PrintWriter out) {}

  @Override
  protected @Nullable JsonObject json(Long printed) {
    return null;
  }

  private void print(EventEnvelope event, EventJson json) {
    if (forProgram()) {
      out().println(json.of(event));
    } else {
      out()
          .println(
              Printable.line(
                  "%s  %s  %s #%d  from %s  %s"
                      .formatted(
                          moment(event.getRecordedAt()),
                          EventTypes.brief(event.getType()),
                          event.getKey(),
                          event.getSequence(),
                          event.getSource(),
                          event.getEventId())));
    }
    out().flush();
  }
}
