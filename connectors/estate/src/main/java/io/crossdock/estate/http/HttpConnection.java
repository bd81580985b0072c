package io.crossdock.estate.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.crossdock.estate.backend.Answer;
import io.crossdock.estate.backend.Backend;
import io.crossdock.estate.backend.Endpoints;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import io.crossdock.estate.fault.Faults.Outage;
import io.crossdock.estate.fault.Sabotage.Plan;
import io.crossdock.estate.world.EstateClock;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: takes its requests one after the other, does to each what the faults say, and
 * writes the answer. Runs on the connection's event loop.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
  private static final int MAX_BODY = 1 << 20;
  private static final int MAX_WAITING = 32;
  private static final byte[] NOT_FOUND =
      "{\"error\":\"not found\",\"paths\":[\"/erp-eu\",\"/erp-us\",\"/loyalty\",\"/crm\",\"/control\"]}"
          .getBytes(UTF_8);

  private static final TextMapGetter<HttpRequest> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(HttpRequest request) {
          return request.headers().names();
        }

        @Override
        public @Nullable String get(@Nullable HttpRequest request, String name) {
          return request == null ? null : request.headers().get(name);
        }
      };

  private final List<Service> services;
  private final Service control;
  private final OpenTelemetry telemetry;
  private final EstateClock clock;
  private final Deque<FullHttpRequest> waiting = new ArrayDeque<>();
  private @Nullable Exchange current;

  public HttpConnection(
      List<Service> services, Service control, OpenTelemetry telemetry, EstateClock clock) {
    this.services = services;
    this.control = control;
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /** Collects bodies; too large a one is refused in the vendor's words. */
  public HttpObjectAggregator bodies() {
    return new HttpObjectAggregator(MAX_BODY) {
      @Override
      protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage message) {
        String path = message instanceof HttpRequest request ? path(request) : "";
        Service service = service(path);
        Refusal refusal = Refusal.of(413, "body is larger than " + MAX_BODY + " bytes");
        FullHttpResponse response =
            service == null ? response(413, NOT_FOUND) : response(service.backend().tell(refusal));
        HttpUtil.setKeepAlive(response, false);
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
      }
    };
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof FullHttpRequest request)) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (request.decoderResult().isFailure() || waiting.size() == MAX_WAITING) {
      request.release();
      FullHttpResponse refused = response(400, "{\"error\":\"malformed HTTP\"}".getBytes(UTF_8));
      HttpUtil.setKeepAlive(refused, false);
      context.writeAndFlush(refused).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    waiting.add(request);
    next(context);
  }

  private void next(ChannelHandlerContext context) {
    if (current != null) {
      return;
    }
    FullHttpRequest request = waiting.poll();
    if (request == null) {
      return;
    }
    try {
      serve(context, request);
    } finally {
      request.release();
    }
  }

  private void serve(ChannelHandlerContext context, FullHttpRequest http) {
    boolean keepAlive = HttpUtil.isKeepAlive(http);
    String path;
    Map<String, List<String>> query;
    try {
      QueryStringDecoder uri = new QueryStringDecoder(http.uri());
      path = uri.path();
      query = uri.parameters();
    } catch (IllegalArgumentException e) {
      write(context, response(400, "{\"error\":\"malformed URI\"}".getBytes(UTF_8)), false);
      return;
    }
    Service service = service(path);
    if (service == null) {
      write(context, response(404, NOT_FOUND), keepAlive);
      return;
    }
    Request request =
        new Request(
            http.method().name(),
            path,
            Map.of(),
            query,
            name -> http.headers().get(name, ""),
            http.content().toString(UTF_8));
    Exchange exchange = new Exchange(context, service, http, request, keepAlive);
    current = exchange;
    exchange.begin();
  }

  private @Nullable Service service(String path) {
    if (under(path, control.backend())) {
      return control;
    }
    for (Service service : services) {
      if (under(path, service.backend())) {
        return service;
      }
    }
    return null;
  }

  private static boolean under(String path, Backend backend) {
    String root = "/" + backend.name();
    return path.startsWith(root)
        && (path.length() == root.length() || path.charAt(root.length()) == '/');
  }

  private static String path(HttpRequest request) {
    int end = request.uri().indexOf('?');
    return end < 0 ? request.uri() : request.uri().substring(0, end);
  }

  private static FullHttpResponse response(Answer answer) {
    FullHttpResponse response = response(answer.status(), JsonNodes.write(answer.body()));
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    return response;
  }

  private static FullHttpResponse response(int status, byte[] body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return response;
  }

  private static void write(
      ChannelHandlerContext context, FullHttpResponse response, boolean keepAlive) {
    HttpUtil.setKeepAlive(response, keepAlive);
    ChannelFutureListener then =
        keepAlive ? ChannelFutureListener.CLOSE_ON_FAILURE : ChannelFutureListener.CLOSE;
    context.writeAndFlush(response).addListener(then);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
    if (current != null) {
      current.gone();
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("connection failed", cause);
    }
    var _ = context.close();
  }

  /** One request on its way through latency, rate limit, outage, hang, error and the backend. */
  private final class Exchange {

    private final ChannelHandlerContext context;
    private final Service service;
    private final Request request;
    private final boolean keepAlive;
    private final Instant at = clock.instant();
    private final long startNanos = System.nanoTime();
    private final String idempotencyKey;
    private final String traceparent;
    private final Span span;
    private Endpoints.@Nullable Match match;
    private @Nullable Answer answer;
    private Plan plan = Plan.NONE;
    private int executions;
    private @Nullable String fault;
    private @Nullable Runnable hung;
    private boolean over;

    Exchange(
        ChannelHandlerContext context,
        Service service,
        HttpRequest http,
        Request request,
        boolean keepAlive) {
      this.context = context;
      this.service = service;
      this.request = request;
      this.keepAlive = keepAlive;
      this.idempotencyKey = request.header("Idempotency-Key");
      this.traceparent = request.header("traceparent");
      Context parent =
          telemetry.getPropagators().getTextMapPropagator().extract(Context.root(), http, HEADERS);
      this.span =
          isControl()
              ? Span.getInvalid()
              : telemetry
                  .getTracer("io.crossdock.estate")
                  .spanBuilder(request.method() + " /" + service.backend().name())
                  .setParent(parent)
                  .setSpanKind(SpanKind.SERVER)
                  .setAttribute("http.request.method", request.method())
                  .setAttribute("estate.backend", service.backend().name())
                  .startSpan();
    }

    private boolean isControl() {
      return service == control;
    }

    void begin() {
      service.log().begin();
      Backend backend = service.backend();
      try {
        if (!request.path().startsWith(backend.basePath())) {
          throw Refusal.of(404, "no such resource");
        }
        String below = request.path().substring(backend.basePath().length());
        Endpoints.Match found = backend.routes().find(request.method(), below);
        match = found;
        span.updateName(request.method() + " " + backend.basePath() + found.route().template());
        span.setAttribute("http.route", backend.basePath() + found.route().template());
      } catch (Refusal e) {
        answer = backend.tell(e);
      }
      boolean writes = match != null && match.route().writes();
      plan =
          isControl()
              ? Plan.NONE
              : service.sabotage().plan(request.method(), request.path(), writes);
      if (plan.delay().isZero()) {
        arrive();
      } else {
        fault = "latency";
        later(plan.delay(), this::arrive);
      }
    }

    private void later(Duration delay, Runnable then) {
      var _ = context.executor().schedule(then, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void arrive() {
      if (over) {
        return;
      }
      if (plan.retryAfterSeconds().isPresent()) {
        fault = "rate_limit";
        refuse(429, plan.retryAfterSeconds());
      } else if (plan.after()) {
        work();
        strike(this::respond);
      } else {
        strike(() -> {
          work();
          respond();
        });
      }
    }

    /** Outage, hang and error, in this order; goes on when none of them ends the request. */
    private void strike(Runnable then) {
      if (plan.outage() != Outage.NONE) {
        breakOff();
      } else if (plan.hang()) {
        fault = "hang";
        Runnable goOn = () -> context.executor().execute(() -> afterHang(then));
        hung = goOn;
        service.sabotage().hang(goOn);
      } else {
        fail(then);
      }
    }

    private void afterHang(Runnable then) {
      hung = null;
      if (!over) {
        fail(then);
      }
    }

    private void fail(Runnable then) {
      if (plan.errorStatus() == 0) {
        then.run();
        return;
      }
      fault = "error";
      refuse(plan.errorStatus(), plan.errorRetryAfterSeconds());
    }

    private void refuse(int status, OptionalLong retryAfterSeconds) {
      Answer refused = service.backend().tell(Refusal.of(status, "the service cannot answer now"));
      answer =
          retryAfterSeconds.isEmpty()
              ? refused
              : refused.header("Retry-After", Long.toString(retryAfterSeconds.getAsLong()));
      respond();
    }

    private void work() {
      Endpoints.Match found = match;
      if (found == null) {
        return;
      }
      Request routed = request.with(found.variables());
      if (plan.twice()) {
        fault = "duplicate_writes";
        answer = service.call(found.route(), routed);
        executions++;
      }
      answer = service.call(found.route(), routed);
      executions++;
    }

    private void respond() {
      Answer ready = answer;
      if (ready == null) {
        throw new IllegalStateException("no answer");
      }
      end(Integer.toString(ready.status()), ready.status() >= 500);
      write(context, response(ready), keepAlive);
      current = null;
      next(context);
    }

    private void breakOff() {
      boolean reset = plan.outage() == Outage.RESET;
      fault = "outage";
      end(reset ? "reset" : "closed", true);
      if (reset) {
        // Linger 0 makes the close a TCP reset.
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
      }
      var _ = context.close();
    }

    /** The caller has left. */
    void gone() {
      Runnable goOn = hung;
      if (goOn != null) {
        service.sabotage().forget(goOn);
      }
      end("gone", true);
    }

    private void end(String status, boolean failed) {
      if (over) {
        return;
      }
      over = true;
      if (status.length() == 3) {
        span.setAttribute("http.response.status_code", Long.parseLong(status));
      }
      if (failed) {
        span.setStatus(StatusCode.ERROR).setAttribute("error.type", status);
      }
      if (fault != null) {
        span.setAttribute("estate.fault", fault);
      }
      span.setAttribute("estate.executions", executions);
      span.end();
      service
          .log()
          .end(
              new RequestLog.Line(
                  at,
                  request.method(),
                  request.path(),
                  match == null ? "unknown" : match.route().operation(),
                  status,
                  executions,
                  fault,
                  TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos),
                  idempotencyKey,
                  traceparent));
    }
  }
}
