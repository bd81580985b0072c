package io.crossdock.estate.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.crossdock.estate.backend.Answer;
import io.crossdock.estate.backend.Backend;
import io.crossdock.estate.backend.Endpoints;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import io.crossdock.estate.backend.Request;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServiceTest {

  private static final int CALLS = 400;

  /** A backend that notices when it is called while it works. */
  private static final class Careful implements Backend {

    private final AtomicInteger inside = new AtomicInteger();
    private final Endpoints routes = new Endpoints().post("/work", _ -> work());

    private Answer work() {
      boolean alone = inside.incrementAndGet() == 1;
      for (int i = 0; i < 1000; i++) {
        Thread.onSpinWait();
      }
      inside.decrementAndGet();
      return new Answer(alone ? 200 : 500, JsonNodes.object(), Map.of());
    }

    @Override
    public String name() {
      return "careful";
    }

    @Override
    public String basePath() {
      return "/careful";
    }

    @Override
    public Endpoints routes() {
      return routes;
    }

    @Override
    public Answer tell(Refusal refusal) {
      return new Answer(refusal.status(), JsonNodes.object(), Map.of());
    }

    @Override
    public void reset() {}
  }

  @Test
  void callsABackendOneAtATime() throws Exception {
    Careful backend = new Careful();
    Service service = new Service(backend);
    Endpoints.Route route = backend.routes().find("POST", "/work").route();
    Request request = new Request("POST", "/careful/work", Map.of(), Map.of(), _ -> "", "");
    List<Callable<Answer>> calls =
        IntStream.range(0, CALLS)
            .mapToObj(_ -> (Callable<Answer>) () -> service.call(route, request))
            .toList();

    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Answer> answer : threads.invokeAll(calls)) {
        assertThat(answer.get().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void tellsAFailureOfItsOwnInTheVendorsWords() {
    Careful backend = new Careful();
    backend
        .routes()
        .post(
            "/broken",
            _ -> {
              throw new IllegalStateException("told to");
            });
    Request request = new Request("POST", "/careful/broken", Map.of(), Map.of(), _ -> "", "");

    Answer answer =
        new Service(backend).call(backend.routes().find("POST", "/broken").route(), request);

    assertThat(answer.status()).isEqualTo(500);
  }
}
