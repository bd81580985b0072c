package io.crossdock.ledger.audit;

import com.google.protobuf.Message;
import io.crossdock.common.v1.CommandContext;
import io.grpc.MethodDescriptor;

/**
 * Something that a person asks for.
 *
 * @param method by which
 * @param context of the request
 * @param request the whole request, which the same request id may come again with
 * @param subjectKind kind of thing that it is done to. Example: {@code dead_letter}
 * @param reason why
 */
public record OperatorAction(
    MethodDescriptor<?, ?> method,
    CommandContext context,
    Message request,
    String subjectKind,
    String reason) {

  /** Full name of the method. */
  String operation() {
    return method.getFullMethodName();
  }
}
