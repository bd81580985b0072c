package io.crossdock.ctl;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.terminal.ProtoJson;

/**
 * A command that asks the hub about itself.
 *
 * @param <A> the answer
 */
abstract class OpsCommand<A extends Message> extends OperatorCommand<A> {

  OpsCommand(String span) {
    super(span, OpsServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected JsonObject json(A answer) {
    return ProtoJson.of(answer);
  }
}
