package io.crossdock.gateway.pipeline;

/** The end of a call's way: whoever serves it. Every method runs on the call's event loop. */
public interface Exchange {

  /**
   * Begins; the exchange ends the call by {@link Call#finish} in every case.
   *
   * @return what reaches the serving side from now on
   */
  Upstream begin(Call call);

  /** What reaches the serving side of a call that has begun. */
  interface Upstream {

    /** One more message of a client stream. */
    void message(byte[] message);

    /** The caller has no more messages. */
    void halfClose();

    /** The caller can take messages again. */
    void peerReady();

    /** The call has ended on the caller's side; nothing more is to be done for it. */
    void cancel(String why);
  }
}
