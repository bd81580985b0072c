package io.crossdock.gateway.connector;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;

/** One stream of the standard health protocol to one connector process. */
final class HealthWatch implements StreamObserver<HealthCheckResponse> {

  private final Consumer<Health> onHealth;
  private final Consumer<Status> onEnd;

  private HealthWatch(Consumer<Health> onHealth, Consumer<Status> onEnd) {
    this.onHealth = onHealth;
    this.onEnd = onEnd;
  }

  /**
   * Opens a stream.
   *
   * @param onHealth told whatever the process says of itself
   * @param onEnd told once why the stream ended
   */
  static void open(Channel channel, Consumer<Health> onHealth, Consumer<Status> onEnd) {
    ClientCalls.asyncServerStreamingCall(
        channel.newCall(HealthGrpc.getWatchMethod(), CallOptions.DEFAULT),
        HealthCheckRequest.getDefaultInstance(),
        new HealthWatch(onHealth, onEnd));
  }

  @Override
  public void onNext(HealthCheckResponse answer) {
    onHealth.accept(
        switch (answer.getStatus()) {
          case SERVING -> Health.SERVING;
          case NOT_SERVING, SERVICE_UNKNOWN -> Health.NOT_SERVING;
          case UNKNOWN, UNRECOGNIZED -> Health.UNKNOWN;
        });
  }

  @Override
  public void onError(Throwable why) {
    onEnd.accept(Status.fromThrowable(why));
  }

  @Override
  public void onCompleted() {
    onEnd.accept(Status.UNAVAILABLE.withDescription("health stream ended"));
  }
}
