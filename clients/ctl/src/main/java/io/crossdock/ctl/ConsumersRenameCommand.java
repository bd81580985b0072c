package io.crossdock.ctl;

import io.crossdock.ops.v1.ConsumerServiceGrpc;
import io.crossdock.ops.v1.RenameConsumerRequest;
import io.crossdock.ops.v1.RenameConsumerResponse;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Renames a consumer. */
@Command(
    name = "rename",
    mixinStandardHelpOptions = true,
    description = {
      "Gives what waits for a consumer that no hub delivers to to the consumer of another name.",
      "One that has begun already goes back to where the old one stopped: it receives the events"
          + " since then again, and recognises them by their IDs."
    },
    footer = {
      "",
      "Example:",
      "  ctl consumers rename loyalty-accrual points-v2 --reason \"named after the team\""
    })
final class ConsumersRenameCommand extends OperatorCommand<RenameConsumerResponse> {

  @Parameters(index = "0", paramLabel = "OLD", description = "The name until now.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "NEW", description = "The name from now on.")
  private String newName = "";

  @Mixin private ReasonOption reason = new ReasonOption();

  ConsumersRenameCommand() {
    super("ctl consumers rename", ConsumerServiceGrpc.getServiceDescriptor());
  }

  @Override
  String missing() {
    return "There is no consumer %s.".formatted(name);
  }

  @Override
  protected RenameConsumerResponse ask(Hub hub) {
    return hub.stub(ConsumerServiceGrpc::newBlockingStub)
        .renameConsumer(
            RenameConsumerRequest.newBuilder()
                .setContext(context())
                .setName(name)
                .setNewName(newName)
                .setReason(reason.text())
                .build());
  }

  @Override
  protected void print(RenameConsumerResponse answer, PrintWriter out) {
    out.println(
        "%s is %s from now on, with %s."
            .formatted(name, newName, count(answer.getDeadLetters(), "dead letter")));
  }
}
