package io.crossdock.gateway.connector;

/** What a connector process says of itself by the standard gRPC health protocol. */
public enum Health {
  /** Not asked yet, or no answer; calls are tried. */
  UNKNOWN,
  /** Serves calls. */
  SERVING,
  /** Runs and wants no calls. */
  NOT_SERVING,
  /** Runs and does not speak the protocol; calls are tried. */
  NOT_OFFERED
}
