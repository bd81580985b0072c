package io.crossdock.ctl;

import io.crossdock.ops.v1.ConsumerServiceGrpc;
import io.crossdock.ops.v1.RemoveConsumerRequest;
import io.crossdock.ops.v1.RemoveConsumerResponse;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Removes a consumer. */
@Command(
    name = "remove",
    mixinStandardHelpOptions = true,
    description = {
      "Removes a consumer that no hub delivers to; what waited for it is never delivered.",
      "Its dead letters stay: redeliver them to another consumer with --to, or discard them."
    },
    footer = {"", "Example:", "  ctl consumers remove erp-old --reason \"switched off\""})
final class ConsumersRemoveCommand extends OperatorCommand<RemoveConsumerResponse> {

  @Parameters(paramLabel = "NAME", description = "The consumer.")
  private String name = "";

  @Mixin private ReasonOption reason = new ReasonOption();

  ConsumersRemoveCommand() {
    super("ctl consumers remove", ConsumerServiceGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no consumer %s.".formatted(name);
  }

  @Override
  protected RemoveConsumerResponse ask(Hub hub) {
    return hub.stub(ConsumerServiceGrpc::newBlockingStub)
        .removeConsumer(
            RemoveConsumerRequest.newBuilder()
                .setContext(context())
                .setName(name)
                .setReason(reason.text())
                .build());
  }

  @Override
  protected void print(RemoveConsumerResponse answer, PrintWriter out) {
    out.println(name + " is removed; " + count(answer.getDeadLetters(), "dead letter") + " left.");
  }
}
