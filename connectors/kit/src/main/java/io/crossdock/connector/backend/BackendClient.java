package io.crossdock.connector.backend;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.crossdock.common.v1.Reason;
import io.crossdock.config.v1.Backend;
import io.crossdock.failure.Failure;
import io.crossdock.failure.FailureException;
import io.crossdock.runtime.ops.HealthChecks;
import io.crossdock.time.Durations;
import io.grpc.Deadline;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls one backend over HTTP/1.1 with JSON, in blocking style, for virtual threads.
 *
 * <p>A call ends with the gRPC call that it serves: at its deadline, or when its caller leaves, the
 * connection is closed. It never lasts longer than {@code backend.timeout}. Calls above {@code
 * backend.max_connections} wait for their turn; connections are used again.
 *
 * <p>Nothing is sent twice, and no redirect is followed. Whether to repeat is for the hub to
 * decide, with the same request id. For this the class switches off the repetition of {@code GET}
 * in the JDK's HTTP client ({@code jdk.httpclient.redirects.retrylimit}), for all of the process.
 *
 * <p>An answer is bounded: {@link #MAX_ANSWER_BYTES} bytes, an eighth of the heap for all answers
 * that are being read, and the limits of {@link BackendJson}.
 */
public final class BackendClient implements AutoCloseable {

  /** Most bytes of one answer: a page of any list fits many times over. */
  public static final int MAX_ANSWER_BYTES = 4 << 20;

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
  private static final int DEFAULT_CONNECTIONS = 64;
  private static final Duration COME_BACK = Duration.ofSeconds(1);

  static {
    // Read by the JDK's client when it is first used. A GET whose connection breaks off before the
    // answer would be sent up to five times; a POST is not, unless somebody asked for it.
    System.setProperty("jdk.httpclient.redirects.retrylimit", "1");
    System.setProperty("jdk.httpclient.enableAllMethodRetry", "false");
    System.setProperty("jdk.httpclient.disableRetryConnect", "true");
    // Shorter than what servers usually keep an idle connection for (Node: 5 s), so that a call
    // seldom meets one that is being closed.
    if (System.getProperty("jdk.httpclient.keepalive.timeout") == null) {
      System.setProperty("jdk.httpclient.keepalive.timeout", "4");
    }
  }

  private final URI base;
  private final String authorization;
  private final Duration timeout;
  private final Semaphore turns;
  private final BackendErrors errors;
  private final BackendTelemetry telemetry;
  private final AnswerMemory memory =
      new AnswerMemory(
          MAX_ANSWER_BYTES, Math.max(2L * MAX_ANSWER_BYTES, Runtime.getRuntime().maxMemory() / 8));
  private final ExecutorService threads;
  private final HttpClient http;
  private volatile boolean reachable = true;

  /**
   * @param backend the backend, checked
   * @param errors how it speaks of its errors
   */
  public BackendClient(Backend backend, BackendErrors errors, OpenTelemetry openTelemetry) {
    this.base = URI.create(backend.getBaseUrl().replaceAll("/+$", ""));
    this.authorization =
        backend.getBearerToken().isEmpty() ? "" : "Bearer " + backend.getBearerToken();
    this.timeout = backend.hasTimeout() ? Durations.toJava(backend.getTimeout()) : DEFAULT_TIMEOUT;
    this.turns =
        new Semaphore(
            backend.hasMaxConnections() ? backend.getMaxConnections() : DEFAULT_CONNECTIONS, true);
    this.errors = errors;
    this.telemetry = new BackendTelemetry(openTelemetry, base);
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .executor(threads)
            .build();
  }

  /**
   * Calls the backend.
   *
   * @return its answer when it accepted the call
   * @throws FailureException when it did not, in the contract's words; {@link
   *     Failure#unknownOutcome} is set when a write may have taken effect
   * @throws InterruptedException when the gRPC call ended
   */
  public BackendAnswer send(BackendRequest request) throws InterruptedException {
    long until = System.nanoTime() + allowance().toNanos();
    if (!turns.tryAcquire(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new FailureException(
          Failure.of(
                  Reason.REASON_BACKEND_BUSY,
                  "All connections to the backend are in use (backend.max_connections).")
              .withRetryAfter(COME_BACK));
    }
    try {
      return exchange(request, Duration.ofNanos(Math.max(1, until - System.nanoTime())));
    } finally {
      turns.release();
    }
  }

  /** UP, or DEGRADED while the last call found the backend unreachable, slow or broken. */
  public HealthChecks.State state() {
    return reachable ? HealthChecks.State.UP : HealthChecks.State.DEGRADED;
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
    threads.close();
  }

  private Duration allowance() {
    Deadline deadline = io.grpc.Context.current().getDeadline();
    if (deadline == null) {
      return timeout;
    }
    long left = deadline.timeRemaining(TimeUnit.NANOSECONDS);
    return left < timeout.toNanos() ? Duration.ofNanos(Math.max(0, left)) : timeout;
  }

  private BackendAnswer exchange(BackendRequest request, Duration allowed)
      throws InterruptedException {
    BackendTelemetry.Exchange trace = telemetry.begin(request);
    try (AnswerMemory.Share share = memory.share()) {
      HttpResponse<byte[]> response =
          await(request, toHttp(request, trace.context()), share, allowed);
      trace.status(response.statusCode());
      reachable = response.statusCode() < 500;
      return answer(request, response);
    } catch (FailureException e) {
      Reason reason = e.failure().reason();
      if (reason == Reason.REASON_BACKEND_UNAVAILABLE
          || reason == Reason.REASON_DEADLINE_EXCEEDED) {
        reachable = false;
      }
      trace.failed(reason);
      throw e;
    } catch (InterruptedException e) {
      trace.failed(Reason.REASON_CANCELLED);
      throw e;
    } finally {
      trace.end();
    }
  }

  private HttpRequest toHttp(BackendRequest request, Context context) {
    HttpRequest.Builder http =
        HttpRequest.newBuilder(URI.create(base + request.target()))
            .header("Accept", "application/json");
    if (!authorization.isEmpty()) {
      http.header("Authorization", authorization);
    }
    telemetry.inject(context, http);
    request.headers().forEach(http::header);
    JsonNode body = request.body();
    if (body == null) {
      return http.method(request.method(), BodyPublishers.noBody()).build();
    }
    return http.header("Content-Type", "application/json")
        .method(request.method(), BodyPublishers.ofByteArray(BackendJson.write(body)))
        .build();
  }

  private HttpResponse<byte[]> await(
      BackendRequest request, HttpRequest sent, AnswerMemory.Share share, Duration allowed)
      throws InterruptedException {
    // On a thread of its own: HttpClient's own timeout ends with the headers, and its asynchronous
    // way completes on the common pool, which anyone may have blocked.
    Future<HttpResponse<byte[]>> answer = threads.submit(() -> http.send(sent, share.collector()));
    try {
      return answer.get(allowed.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new FailureException(
          doubtful(
              request,
              Failure.of(Reason.REASON_DEADLINE_EXCEEDED, "The backend did not answer in time.")));
    } catch (ExecutionException e) {
      throw new FailureException(unreached(request, e.getCause()));
    } finally {
      // Ends the exchange and its connection unless it is over.
      answer.cancel(true);
    }
  }

  private static Failure unreached(BackendRequest request, @Nullable Throwable cause) {
    return switch (cause) {
      case ConnectException _, HttpConnectTimeoutException _, UnresolvedAddressException _ ->
          Failure.of(Reason.REASON_BACKEND_UNAVAILABLE, "The backend cannot be reached.");
      case IOException _ when causedBy(cause, AnswerMemory.TooLargeException.class) ->
          doubtful(
              request,
              Failure.of(
                  Reason.REASON_BACKEND_ANSWER_INVALID,
                  "The backend's answer is larger than " + MAX_ANSWER_BYTES + " bytes."));
      case IOException _ when causedBy(cause, AnswerMemory.FullException.class) ->
          doubtful(
              request,
              Failure.of(
                      Reason.REASON_BACKEND_BUSY,
                      "The backend's answers are more than the connector has memory for.")
                  .withRetryAfter(COME_BACK));
      case IOException _ ->
          doubtful(
              request,
              Failure.of(
                  Reason.REASON_BACKEND_UNAVAILABLE,
                  "The backend broke off before it had answered."));
      case null, default -> throw new IllegalStateException("HTTP call failed", cause);
    };
  }

  private static boolean causedBy(@Nullable Throwable thrown, Class<? extends Throwable> type) {
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return true;
      }
    }
    return false;
  }

  private BackendAnswer answer(BackendRequest request, HttpResponse<byte[]> response) {
    int status = response.statusCode();
    Optional<JsonNode> body =
        isJson(response.headers()) ? BackendJson.read(response.body()) : Optional.empty();
    Optional<Failure> error = errors.read(request, status, body.orElse(MissingNode.getInstance()));
    if (status / 100 == 2 && error.isEmpty()) {
      if (body.isEmpty()) {
        throw new FailureException(
            doubtful(
                request,
                Failure.of(
                    Reason.REASON_BACKEND_ANSWER_INVALID,
                    "The backend's answer cannot be understood: the document (expected: JSON).")));
      }
      return new BackendAnswer(status, response.headers(), BackendData.of(body.get()));
    }
    Failure failure =
        error.orElseGet(() -> StatusFailure.of(request, status, body.filter(JsonNode::isObject)));
    if (failure.reason() == Reason.REASON_BACKEND_BUSY && failure.retryAfter() == null) {
      failure = failure.withRetryAfter(StatusFailure.retryAfter(response.headers(), COME_BACK));
    }
    // A refusal that the backend put into words, or a 4xx, was not carried out; a redirect or a
    // broken gateway says nothing about it.
    boolean refused = status / 100 == 4 || (error.isPresent() && status < 500);
    throw new FailureException(refused ? failure : doubtful(request, failure));
  }

  // A page of a proxy or of a login is not the backend's answer, whatever its bytes look like.
  // Without a type the bytes decide.
  private static boolean isJson(HttpHeaders headers) {
    String type = headers.firstValue("Content-Type").orElse("");
    return type.isEmpty() || type.toLowerCase(Locale.ROOT).contains("json");
  }

  /** The failure, saying so when it is of a write that may have happened. */
  private static Failure doubtful(BackendRequest request, Failure failure) {
    return request.isRead() ? failure : failure.withUnknownOutcome();
  }
}
