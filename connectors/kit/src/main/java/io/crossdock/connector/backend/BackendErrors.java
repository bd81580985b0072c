package io.crossdock.connector.backend;

import com.fasterxml.jackson.databind.JsonNode;
import io.crossdock.failure.Failure;
import java.util.Optional;

/**
 * Reads a backend's own error documents.
 *
 * <p>Texts of the backend are never handed on: they may name people, and callers would begin to
 * depend on them.
 */
public interface BackendErrors {

  /**
   * What an answer means that is an error.
   *
   * @param status HTTP status; some backends report errors with 200
   * @param body the JSON that came; a missing node when it was none
   * @return empty when it is no error, or when the status says enough
   */
  Optional<Failure> read(BackendRequest request, int status, JsonNode body);
}
