package io.crossdock.gateway.connector;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Exchange;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.routing.RouteTable;
import io.crossdock.gateway.routing.Routes;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Routes a call and exchanges its bytes with the connector, or with the service inside the hub,
 * that serves it. Back-pressure passes through in both directions.
 */
public final class ConnectorExchange implements Exchange {

  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final AttributeKey<String> CONNECTOR =
      AttributeKey.stringKey("crossdock.connector");
  // The hub's own answer leaves before the caller's patience ends.
  private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final RouteTable routes;
  private final Connectors connectors;
  private final Channel local;

  /**
   * @param local channel to the services inside the hub
   */
  public ConnectorExchange(RouteTable routes, Connectors connectors, Channel local) {
    this.routes = routes;
    this.connectors = connectors;
    this.local = local;
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
    Channel channel;
    Instance instance = null;
    if (name.equals(Routes.LOCAL)) {
      channel = local;
      options = options.withExecutor(call.loop());
    } else {
      instance =
          connectors.find(name).map(connector -> connector.pick(call.loopIndex())).orElse(null);
      if (instance == null) {
        return failed(sink, unavailable(name));
      }
      channel = instance.channel(call.loopIndex());
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
          new Stream(call, sink, instance, channel.newCall(call.operation().outbound(), options));
      stream.start();
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
    private final ClientCall<byte[], byte[]> server;
    private final boolean clientStreams;
    private final boolean serverStreams;
    private byte @Nullable [] answer;
    // A message of the caller was asked for and has not come yet.
    private boolean awaitsMessage;
    // A message of the server waits to be asked for until the caller can take it.
    private boolean awaitsPeer;
    private boolean ended;

    Stream(Call call, Sink sink, @Nullable Instance instance, ClientCall<byte[], byte[]> server) {
      this.call = call;
      this.sink = sink;
      this.instance = instance;
      this.server = server;
      this.clientStreams = call.operation().clientStreams();
      this.serverStreams = call.operation().serverStreams();
    }

    void start() {
      if (instance != null) {
        instance.callBegins();
      }
      server.start(this, call.takeUpstreamHeaders());
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
      ended = true;
      server.cancel(why, null);
    }

    @Override
    public void onReady() {
      askForMore();
    }

    @Override
    public void onHeaders(Metadata headers) {
      if (serverStreams) {
        sink.headers(new Metadata());
      }
    }

    @Override
    public void onMessage(byte[] message) {
      if (ended) {
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
      sink.message(Payload.of(message));
      if (sink.isReady()) {
        server.request(1);
      } else {
        awaitsPeer = true;
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (instance != null) {
        count(instance, status);
      }
      if (!status.isOk()) {
        finish(failed(status, trailers));
      } else if (serverStreams) {
        finish(new Outcome.Streamed());
      } else if (answer == null) {
        finish(Outcome.failed(invalid("no answer")));
      } else {
        finish(new Outcome.Answered(Payload.of(answer)));
      }
    }

    private void finish(Outcome outcome) {
      if (!ended) {
        ended = true;
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

    private Outcome.Failed failed(Status status, Metadata trailers) {
      byte[] details = trailers.get(DETAILS);
      if (details != null) {
        Metadata own = new Metadata();
        own.put(DETAILS, details);
        return new Outcome.Failed(
            Status.fromCode(status.getCode()).withDescription(status.getDescription()),
            own,
            Outcome.faultOf(status.getCode()));
      }
      // Said by gRPC itself on either side, not by a connector.
      Failure failure =
          switch (status.getCode()) {
            case DEADLINE_EXCEEDED ->
                Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "The answer did not come in time.");
            case CANCELLED ->
                Failure.of(Reason.REASON_CANCELLED, "The call was cancelled on its way.");
            case UNIMPLEMENTED ->
                Failure.of(
                    Reason.REASON_METHOD_NOT_SERVED, "The connector does not serve this method.");
            case RESOURCE_EXHAUSTED ->
                Failure.of(Reason.REASON_MESSAGE_TOO_LARGE, "A message was larger than accepted.");
            case UNAVAILABLE -> unavailable(call.servedBy());
            default ->
                Failure.of(Reason.REASON_INTERNAL, "The connector failed.")
                    .with("call_id", call.id());
          };
      return Outcome.failed(failure.with("connector", call.servedBy()));
    }
  }
}
