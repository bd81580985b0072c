package io.crossdock.estate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A backend with everything that stands between it and its callers. */
final class Service {

  private static final Logger LOG = LoggerFactory.getLogger(Service.class);

  private final Backend backend;
  private final Sabotage sabotage = new Sabotage();
  private final RequestLog log = new RequestLog();

  Service(Backend backend) {
    this.backend = backend;
  }

  Backend backend() {
    return backend;
  }

  Sabotage sabotage() {
    return sabotage;
  }

  RequestLog log() {
    return log;
  }

  /** Lets the backend do the work, one call at a time. */
  Answer call(Routes.Route route, Request request) {
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

  void reset() {
    sabotage.set(Faults.NONE);
    log.reset();
    synchronized (backend) {
      backend.reset();
    }
  }
}
