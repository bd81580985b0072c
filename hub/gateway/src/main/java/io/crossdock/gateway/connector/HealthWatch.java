package io.crossdock.gateway.connector;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One stream of the standard health protocol to one connector process. */
final class HealthWatch implements ClientResponseObserver<HealthCheckRequest, HealthCheckResponse> {

  private final Consumer<Health> onHealth;
  private final Consumer<Status> onEnd;
  private @Nullable ClientCallStreamObserver<HealthCheckRequest> stream;

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
  public void beforeStart(ClientCallStreamObserver<HealthCheckRequest> requests) {
    stream = requests;
  }

  @Override
  public void onNext(HealthCheckResponse answer) {
    onHealth.accept(
        switch (answer.getStatus()) {
          case SERVING -> Health.SERVING;
          case NOT_SERVING, SERVICE_UNKNOWN -> Health.NOT_SERVING;
          case UNKNOWN, UNRECOGNIZED -> Health.UNKNOWN;
        });
    ClientCallStreamObserver<HealthCheckRequest> open = stream;
    if (answer.getStatus() == HealthCheckResponse.ServingStatus.NOT_SERVING && open != null) {
      // A process that wants no calls is perhaps stopping, and would wait for this stream.
      open.cancel("not serving", null);
    }
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
