package io.crossdock.estate.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.Answer;
import io.crossdock.estate.backend.Backend;
import io.crossdock.estate.backend.Body;
import io.crossdock.estate.backend.Endpoints;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import io.crossdock.estate.fault.Faults;
import io.crossdock.estate.fault.Faults.WrongFaults;
import io.crossdock.estate.world.EstateClock;
import java.time.Duration;
import java.util.List;

/**
 * The interface that breaks and heals the backends, for tests and demonstrations; no vendor has it.
 */
public final class Control implements Backend {

  private static final long MAX_ADVANCE_SECONDS = 10L * 366 * 86_400;

  private final List<Service> services;
  private final EstateClock clock;
  private final Endpoints routes =
      new Endpoints()
          .get("/faults", _ -> allFaults())
          .delete("/faults", _ -> healAll())
          .get(
              "/faults/{backend}",
              request -> Answer.ok(service(request).sabotage().faults().json()))
          .put("/faults/{backend}", this::setFaults)
          .delete("/faults/{backend}", this::heal)
          .get("/requests", this::requests)
          .get("/clock", _ -> now())
          .post("/clock", this::advance)
          .post("/reset", _ -> resetAll())
          .get("/health", _ -> Answer.ok(JsonNodes.object("status", "UP")));

  public Control(List<Service> services, EstateClock clock) {
    this.services = services;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "control";
  }

  @Override
  public String basePath() {
    return "/control";
  }

  @Override
  public Endpoints routes() {
    return routes;
  }

  @Override
  public Answer tell(Refusal refusal) {
    return new Answer(
        refusal.status(), JsonNodes.object("errors", List.of(refusal.text())), refusal.headers());
  }

  @Override
  public void reset() {}

  private Service service(Request request) {
    return named(request.variable("backend"));
  }

  private Service named(String name) {
    return services.stream()
        .filter(service -> service.backend().name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            Refusal.of(
                404,
                "backend: "
                    + name
                    + " (expected: "
                    + String.join(
                        ", ", services.stream().map(each -> each.backend().name()).toList())
                    + ")"));
  }

  private Answer allFaults() {
    ObjectNode all = JsonNodes.object();
    services.forEach(
        service -> all.set(service.backend().name(), service.sabotage().faults().json()));
    return Answer.ok(all);
  }

  private Answer setFaults(Request request) {
    Service service = service(request);
    try {
      service.sabotage().set(Faults.parse(request.json()));
    } catch (WrongFaults e) {
      return new Answer(400, JsonNodes.object("errors", e.mistakes()), java.util.Map.of());
    }
    return Answer.ok(service.sabotage().faults().json());
  }

  private Answer heal(Request request) {
    service(request).sabotage().set(Faults.NONE);
    return Answer.ok(JsonNodes.object());
  }

  private Answer healAll() {
    services.forEach(service -> service.sabotage().set(Faults.NONE));
    return allFaults();
  }

  private Answer requests(Request request) {
    request.allowQuery("backend", "limit");
    int limit = request.query("limit", 50, 0, 200);
    return Answer.ok(
        request
            .query("backend")
            .map(name -> requests(named(name), limit))
            .orElseGet(() ->
                JsonNodes.object(
                    "backends",
                    services.stream().map(service -> requests(service, limit)).toList())));
  }

  private static ObjectNode requests(Service service, int limit) {
    return service.log().json(service.backend().name(), service.sabotage().hangingCount(), limit);
  }

  private Answer now() {
    return Answer.ok(JsonNodes.object("now", clock.instant()));
  }

  private Answer advance(Request request) {
    Body body = request.json();
    long seconds =
        body.integer("advance_seconds", 0, MAX_ADVANCE_SECONDS)
            .orElseThrow(() -> Refusal.field("advance_seconds", "missing"));
    body.end();
    clock.advance(Duration.ofSeconds(seconds));
    return now();
  }

  private Answer resetAll() {
    clock.reset();
    services.forEach(Service::reset);
    return Answer.ok(JsonNodes.object("reset", true));
  }
}
