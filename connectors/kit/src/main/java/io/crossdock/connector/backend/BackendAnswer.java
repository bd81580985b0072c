package io.crossdock.connector.backend;

import java.net.http.HttpHeaders;

/**
 * What a backend answered to a call that it accepted.
 *
 * @param status HTTP status, 200 to 299
 * @param headers HTTP headers
 * @param data the body; empty when there was none
 */
public record BackendAnswer(int status, HttpHeaders headers, BackendData data) {

  /** A header, empty when absent. */
  public String header(String name) {
    return headers.firstValue(name).orElse("");
  }
}
