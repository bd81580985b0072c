package io.crossdock.estate.http;

import io.crossdock.estate.backend.Answer;
import io.crossdock.estate.backend.Backend;
import io.crossdock.estate.backend.Endpoints;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import io.crossdock.estate.fault.Faults;
import io.crossdock.estate.fault.Sabotage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A backend with everything between it and its callers. */
public final class Service {

  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  private final Backend backend;
  private final Sabotage sabotage = new Sabotage();
  private final RequestLog log = new RequestLog();

  public Service(Backend backend) {
    this.backend = backend;
  }

  public Backend backend() {
    return backend;
  }

  Sabotage sabotage() {
    return sabotage;
  }

  public RequestLog log() {
    return log;
  }

  /** Lets the backend do the work, one call at a time. */
  public Answer call(Endpoints.Route route, Request request) {
    try {
      synchronized (backend) {
        backend.admit(request);
        return route.handler().answer(request);
      }
    } catch (Refusal e) {
      return backend.tell(e);
    } catch (RuntimeException e) {
      LOG.error("{} failed", route.operation(), e);
      return backend.tell(Refusal.of(500, "internal error"));
    }
  }

  public void reset() {
    sabotage.set(Faults.NONE);
    log.reset();
    synchronized (backend) {
      backend.reset();
    }
  }
}
