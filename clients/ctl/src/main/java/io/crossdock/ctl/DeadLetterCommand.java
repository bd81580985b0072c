package io.crossdock.ctl;

import io.crossdock.common.v1.CommandContext;
import io.crossdock.ops.v1.DeadLetter;
import io.crossdock.ops.v1.DeadLetterServiceGrpc;
import io.crossdock.ops.v1.DeadLetterServiceGrpc.DeadLetterServiceBlockingStub;
import io.crossdock.ops.v1.GetDeadLetterRequest;
import io.crossdock.ops.v1.GetDeadLetterResponse;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.List;
import java.util.UUID;

/**
 * A command on single dead letters.
 *
 * @param <A> the answer
 */
abstract class DeadLetterCommand<A> extends OperatorCommand<A> {

  // The letter that the hub was asked about last, for the sentence that it does not exist.
  private String asked = "";

  DeadLetterCommand(String span) {
    super(
        span,
        DeadLetterServiceGrpc.getServiceDescriptor(),
        ServerReflectionGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no dead letter %s.".formatted(asked);
  }

  final String asked() {
    return asked;
  }

  /** A stub for a call about one letter. */
  final DeadLetterServiceBlockingStub about(Hub hub, String id) {
    asked = id;
    return hub.stub(DeadLetterServiceGrpc::newBlockingStub);
  }

  final GetDeadLetterResponse get(Hub hub, String id) {
    return about(hub, id)
        .getDeadLetter(GetDeadLetterRequest.newBuilder().setDeadLetterId(id).build());
  }

  /** Each letter once, in the order of the ids. */
  final List<DeadLetter> getAll(Hub hub, List<String> ids) {
    return ids.stream().distinct().map(id -> get(hub, id).getDeadLetter()).toList();
  }

  /** Of an action on a letter: the audit trail finds it by the transaction of the event. */
  static CommandContext context(DeadLetter letter) {
    return context(UUID.randomUUID(), letter.getCorrelationId());
  }
}
