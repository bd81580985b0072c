package io.crossdock.estate.backend;

/**
 * One simulated system behind a path of its own.
 *
 * <p>Everything is in memory and takes microseconds, so a backend is called under its own lock, one
 * call at a time, and need not think of threads.
 */
public interface Backend {

  /** Name, as the control interface calls it. Example: {@code erp-eu}. */
  public String name();

  /** What its paths begin with. Example: {@code /erp-eu/sap/opu/odata4}. */
  public String basePath();

  /** What it answers, below {@link #basePath}. */
  public Endpoints routes();

  /** Refuses callers that may not call at all. */
  public default void admit(Request request) {}

  /** Tells a refusal in the vendor's words. */
  public Answer tell(Refusal refusal);

  /** Forgets every write. */
  public void reset();
}
