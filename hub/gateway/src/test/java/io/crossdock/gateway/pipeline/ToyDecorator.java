package io.crossdock.gateway.pipeline;

import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Metadata;

/** A decorator of a test: a name and a function. */
record ToyDecorator(String name, Function function) implements ExchangeDecorator {

  /** Makes the exchange around another. */
  interface Function {
    Exchange around(Exchange inner);
  }

  @Override
  public Exchange decorate(Operation operation, Exchange inner) {
    return function.around(inner);
  }

  /** A sink that passes everything on but the outcome. */
  abstract static class Forwarding implements Exchange.Sink {

    final Exchange.Sink sink;

    Forwarding(Exchange.Sink sink) {
      this.sink = sink;
    }

    @Override
    public void headers(Metadata headers) {
      sink.headers(headers);
    }

    @Override
    public void message(Payload message) {
      sink.message(message);
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
  }

  /** An upstream that passes everything on to whichever is current. */
  abstract static class Current implements Exchange.Upstream {

    Exchange.Upstream current = Exchange.Upstream.ENDED;

    @Override
    public void message(byte[] message) {
      current.message(message);
    }

    @Override
    public void halfClose() {
      current.halfClose();
    }

    @Override
    public void peerReady() {
      current.peerReady();
    }

    @Override
    public void cancel(String why) {
      current.cancel(why);
    }
  }

  /** Begins again after each failure, a number of times at most. */
  static ToyDecorator retry(int attempts) {
    return new ToyDecorator(
        "retry",
        inner ->
            (call, sink) -> {
              class Retry extends Current {
                int attempt;

                Exchange.Upstream begin() {
                  attempt++;
                  current =
                      inner.begin(
                          call,
                          new Forwarding(sink) {
                            @Override
                            public void finish(Outcome outcome) {
                              if (outcome instanceof Outcome.Failed && attempt < attempts) {
                                begin();
                              } else {
                                sink.finish(outcome);
                              }
                            }
                          });
                  return this;
                }
              }
              return new Retry().begin();
            });
  }

  /** Begins two exchanges; the first outcome counts and the other exchange is cancelled. */
  static ToyDecorator hedge() {
    return new ToyDecorator(
        "hedge",
        inner ->
            (call, sink) -> {
              class Hedge implements Exchange.Upstream {
                final Exchange.Upstream[] both = {Exchange.Upstream.ENDED, Exchange.Upstream.ENDED};
                boolean ended;

                Exchange.Upstream begin() {
                  for (int i = 0; i < both.length && !ended; i++) {
                    int mine = i;
                    both[i] =
                        inner.begin(
                            call,
                            new Forwarding(sink) {
                              @Override
                              public void finish(Outcome outcome) {
                                if (!ended) {
                                  ended = true;
                                  both[1 - mine].cancel("the other was faster");
                                  sink.finish(outcome);
                                }
                              }
                            });
                  }
                  return this;
                }

                @Override
                public void message(byte[] message) {}

                @Override
                public void halfClose() {}

                @Override
                public void peerReady() {}

                @Override
                public void cancel(String why) {
                  ended = true;
                  both[0].cancel(why);
                  both[1].cancel(why);
                }
              }
              return new Hedge().begin();
            });
  }
}
