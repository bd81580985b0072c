package io.crossdock.gateway.connector;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Exchange;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.routing.RouteTable;
import io.crossdock.gateway.routing.Routes;
import io.crossdock.gateway.telemetry.AttemptTracing;
import io.crossdock.gateway.telemetry.TraceHeaders;
import io.crossdock.gateway.wire.Marshallers;
import io.crossdock.gateway.wire.Payload;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Routes a call and exchanges its bytes with the connector, or with the service inside the hub,
 * that serves it. Back-pressure passes through in both directions.
 */
public final class ConnectorExchange implements Exchange {

  private static final Metadata.Key<String> CONTENT_TYPE =
      Metadata.Key.of("content-type", Metadata.ASCII_STRING_MARSHALLER);
  private static final AttributeKey<String> CONNECTOR =
      AttributeKey.stringKey("crossdock.connector");
  // The hub's own answer leaves before the caller's patience ends.
  private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final RouteTable routes;
  private final Connectors connectors;
  private final Channel local;
  private final AttemptTracing tracing;

  /**
   * @param local channel to the services inside the hub
   */
  public ConnectorExchange(
      RouteTable routes, Connectors connectors, Channel local, AttemptTracing tracing) {
    this.routes = routes;
    this.connectors = connectors;
    this.local = local;
    this.tracing = tracing;
  }

  @Override
  public Upstream begin(Call call, Sink sink) {
    Routes.Target target = routes.current().target(call.operation().serviceName()).orElse(null);
    if (target == null) {
      return failed(
          sink,
          Failure.of(Reason.REASON_METHOD_NOT_SERVED, "No route serves this service.")
              .with("method", call.operation().name()));
    }
    String name = target.connector(call.operation(), call.fields());
    if (name.isEmpty()) {
      return failed(
          sink,
          Failure.of(
                  Reason.REASON_NOT_FOUND, "No route applies to this request's routing attributes.")
              .with("method", call.operation().name()));
    }
    call.servedBy(name);
    if (call.span().isRecording()) {
      call.span().addEvent("route", Attributes.of(CONNECTOR, name));
    }
    CallOptions options = CallOptions.DEFAULT;
    Metadata headers = call.takeUpstreamHeaders();
    Channel channel;
    Instance instance = null;
    Span attempt = Span.getInvalid();
    if (name.equals(Routes.LOCAL)) {
      channel = local;
      call.requestLeft();
      options = options.withExecutor(call.loop());
    } else {
      Connector connector = connectors.find(name).orElse(null);
      instance = connector == null ? null : connector.pick(call.loopIndex());
      if (connector == null || instance == null) {
        return failed(sink, unavailable(name));
      }
      int connection = instance.connection(call.loopIndex());
      channel = instance.channel(connection);
      if (connection != call.loopIndex()) {
        options = options.withExecutor(call.loop());
      }
      if (call.operation().isWrite()) {
        options = options.withStreamTracerFactory(new Departure(call));
      }
      attempt = tracing.begin(call, instance.attributes(), headers);
      if (!connector.forwardsBaggage()) {
        headers = TraceHeaders.withoutCallersOwn(headers);
      }
    }
    long remaining = sink.remainingNanos();
    if (remaining != Long.MAX_VALUE) {
      long margin = Math.min(MARGIN_NANOS, remaining / 10);
      options = options.withDeadline(Deadline.after(remaining - margin, TimeUnit.NANOSECONDS));
    }
    // The caller's context would add its own deadline and cancellation to what is done here.
    Context previous = Context.ROOT.attach();
    try {
      Stream stream =
          new Stream(
              call, sink, instance, attempt, channel.newCall(call.operation().outbound(), options));
      stream.start(headers);
      return stream;
    } finally {
      Context.ROOT.detach(previous);
    }
  }

  private static Upstream failed(Sink sink, Failure failure) {
    sink.finish(Outcome.failed(failure));
    return Upstream.ENDED;
  }

  private static Failure unavailable(String connector) {
    return Failure.of(Reason.REASON_CONNECTOR_UNAVAILABLE, "The connector cannot be reached.")
        .with("connector", connector);
  }

  private static final class Stream extends ClientCall.Listener<byte[]> implements Upstream {

    private final Call call;
    private final Sink sink;
    // Null for a service inside the hub.
    private final @Nullable Instance instance;
    private final Span attempt;
    private final ClientCall<byte[], byte[]> server;
    private final boolean clientStreams;
    private final boolean serverStreams;
    private byte @Nullable [] answer;
    // A message of the caller was asked for and has not come yet.
    private boolean awaitsMessage;
    // A message of the server waits to be asked for until the caller can take it.
    private boolean awaitsPeer;
    private boolean ended;
    private boolean headersReceived;

    Stream(
        Call call,
        Sink sink,
        @Nullable Instance instance,
        Span attempt,
        ClientCall<byte[], byte[]> server) {
      this.call = call;
      this.sink = sink;
      this.instance = instance;
      this.attempt = attempt;
      this.server = server;
      this.clientStreams = call.operation().clientStreams();
      this.serverStreams = call.operation().serverStreams();
    }

    void start(Metadata headers) {
      if (instance != null) {
        instance.callBegins();
      }
      server.start(this, headers);
      if (clientStreams) {
        awaitsMessage = true;
      } else {
        server.sendMessage(call.request());
        server.halfClose();
      }
      // A single answer asks for two, so that a second one is noticed.
      server.request(serverStreams ? 1 : 2);
    }

    @Override
    public void message(byte[] message) {
      awaitsMessage = false;
      server.sendMessage(message);
      askForMore();
    }

    @Override
    public void halfClose() {
      server.halfClose();
    }

    @Override
    public void peerReady() {
      if (awaitsPeer) {
        awaitsPeer = false;
        server.request(1);
      }
    }

    @Override
    public void cancel(String why) {
      if (!ended) {
        AttemptTracing.cancel(attempt);
      }
      ended = true;
      server.cancel(why, null);
    }

    @Override
    public void onReady() {
      askForMore();
    }

    @Override
    public void onHeaders(Metadata headers) {
      headersReceived = true;
      if (serverStreams) {
        sink.headers(new Metadata());
      }
    }

    @Override
    public void onMessage(byte[] message) {
      if (ended) {
        return;
      }
      if (Marshallers.isTooLarge(message) || Marshallers.isUnreadable(message)) {
        finish(Outcome.failed(invalid("a message cannot be decompressed")));
        server.cancel("a message cannot be decompressed", null);
        return;
      }
      if (!serverStreams) {
        if (answer != null) {
          finish(Outcome.failed(invalid("more than one answer")));
          server.cancel("more than one answer", null);
        }
        answer = message;
        return;
      }
      call.enter();
      try {
        sink.message(Payload.of(message));
      } finally {
        call.leave();
      }
      if (sink.isReady()) {
        server.request(1);
      } else {
        awaitsPeer = true;
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      call.enter();
      try {
        closed(status, trailers);
      } finally {
        call.leave();
      }
    }

    private void closed(Status status, Metadata trailers) {
      if (instance != null) {
        count(instance, status);
      }
      if (!status.isOk()) {
        finish(
            isReceived(status, trailers)
                ? ConnectorStatus.received(call, status, trailers)
                : ConnectorStatus.notReceived(call, status));
      } else if (serverStreams) {
        finish(new Outcome.Streamed());
      } else if (answer == null) {
        finish(Outcome.failed(invalid("no answer")));
      } else {
        finish(new Outcome.Answered(Payload.of(answer)));
      }
    }

    /** Whether the status came from the other side, not from gRPC on this one. */
    private boolean isReceived(Status status, Metadata trailers) {
      return instance == null
          ? trailers.containsKey(ConnectorStatus.DETAILS)
          : trailers.containsKey(CONTENT_TYPE)
              || trailers.containsKey(ConnectorStatus.DETAILS)
              || (headersReceived && status.getCause() == null);
    }

    private void finish(Outcome outcome) {
      if (!ended) {
        ended = true;
        AttemptTracing.end(attempt, outcome);
        sink.finish(outcome);
      }
    }

    private void count(Instance called, Status status) {
      if (Outcome.faultOf(status.getCode()) == Outcome.Fault.CALLER) {
        called.callEnds();
      } else {
        called.callFails(call.operation().methodName() + " ended with " + status.getCode());
      }
    }

    private void askForMore() {
      if (clientStreams && !awaitsMessage && server.isReady() && !ended) {
        awaitsMessage = true;
        sink.requestMessage();
      }
    }

    private Failure invalid(String what) {
      return Failure.of(
              Reason.REASON_BACKEND_ANSWER_INVALID, "The connector's answer is not valid: " + what)
          .with("connector", call.servedBy());
    }
  }
}
