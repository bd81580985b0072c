package io.crossdock.gateway.connector;

import io.crossdock.gateway.pipeline.Call;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/**
 * Notices when the request of a call is written to a connection; before that, a failure says for
 * sure that nothing happened.
 */
final class Departure extends ClientStreamTracer.Factory {

  private final Call call;

  Departure(Call call) {
    this.call = call;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void outboundMessageSent(int number, long wireSize, long uncompressedSize) {
        call.requestLeft();
      }
    };
  }
}
