package io.crossdock.gateway.freshness;

import io.crossdock.common.v1.Reason;
import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.AnswerFields;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.pipeline.Call;
import io.crossdock.gateway.pipeline.Exchange;
import io.crossdock.gateway.pipeline.ExchangeDecorator;
import io.crossdock.gateway.pipeline.Outcome;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Metadata;
import java.time.Instant;

/**
 * Reads what a source says of its answer's age and appends what the hub says. An answer whose bytes
 * are no message of the contract fails here, before anybody stores it or passes it on.
 */
public final class FreshnessDecorator implements ExchangeDecorator {

  @Override
  public String name() {
    return "freshness";
  }

  @Override
  public boolean appliesTo(Operation operation) {
    return operation.stampsFreshness();
  }

  @Override
  public Exchange decorate(Operation operation, Exchange inner) {
    return (call, sink) -> {
      Stamping stamping = new Stamping(operation, call, sink);
      return stamping.begun(inner.begin(call, stamping));
    };
  }

  private static final class Stamping implements Exchange.Sink {

    private final Operation operation;
    private final Call call;
    private final Exchange.Sink sink;
    private Exchange.Upstream upstream = Exchange.Upstream.ENDED;
    private boolean broken;

    Stamping(Operation operation, Call call, Exchange.Sink sink) {
      this.operation = operation;
      this.call = call;
      this.sink = sink;
    }

    Exchange.Upstream begun(Exchange.Upstream inner) {
      upstream = inner;
      if (broken) {
        inner.cancel("the answer is not valid");
      }
      return inner;
    }

    @Override
    public void headers(Metadata headers) {
      sink.headers(headers);
    }

    @Override
    public void message(Payload message) {
      if (broken) {
        return;
      }
      AnswerFields fields = operation.readAnswer(message.body());
      if (fields.isWellFormed()) {
        sink.message(stamped(message, fields));
        return;
      }
      broken = true;
      sink.finish(Outcome.failed(invalid()));
      upstream.cancel("the answer is not valid");
    }

    @Override
    public void finish(Outcome outcome) {
      if (broken) {
        return;
      }
      if (outcome instanceof Outcome.Answered(Payload payload)) {
        AnswerFields fields = operation.readAnswer(payload.body());
        sink.finish(
            fields.isWellFormed()
                ? new Outcome.Answered(stamped(payload, fields))
                : Outcome.failed(invalid()));
      } else {
        sink.finish(outcome);
      }
    }

    @Override
    public boolean isReady() {
      return sink.isReady();
    }

    @Override
    public void requestMessage() {
      sink.requestMessage();
    }

    @Override
    public long remainingNanos() {
      return sink.remainingNanos();
    }

    private static Payload stamped(Payload payload, AnswerFields fields) {
      byte[] body =
          fields.hasHubFreshness()
              ? AnswerFreshness.withoutHubFreshness(payload.body())
              : payload.body();
      return new Payload(body, AnswerFreshness.received(fields, Instant.now()).stamp());
    }

    private Failure invalid() {
      return Failure.of(
              Reason.REASON_BACKEND_ANSWER_INVALID,
              "The backend's answer is not a " + operation.descriptor().getOutputType().getName())
          .with("connector", call.servedBy());
    }
  }
}
