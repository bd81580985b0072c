package io.crossdock.demo;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks programs whether they are ready for work. */
final class HealthProbe implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private String lastAnswer = "no answer";
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  /** Whether a health page answers 200 and tells of nothing that is down or degraded. */
  boolean isUp(String url) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      lastAnswer = answer.body().strip();
      return answer.statusCode() == 200
          && !answer.body().contains("DEGRADED")
          && !answer.body().contains("DOWN");
    } catch (IOException e) {
      lastAnswer = "no answer";
      return false;
    }
  }

  /** What the health page that was asked last has said. */
  String lastAnswer() {
    return lastAnswer;
  }

  /** Whether a gRPC server says that it is serving. */
  boolean isServing(String address) throws InterruptedException {
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    try {
      return HealthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(PATIENCE)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus()
          == ServingStatus.SERVING;
    } catch (StatusRuntimeException e) {
      return false;
    } finally {
      channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
