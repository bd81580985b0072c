package io.crossdock.client;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The defaults of every method that a client may call. */
final class Contracts {

  // With all pauses at their longest, four attempts take a third of the deadline in pauses.
  private static final double ATTEMPTS = 4;
  private static final long PAUSES_IN_DEADLINE = 20;
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  // The retry budget of the channel: at most ten repetitions in a row, and one in ten calls in the
  // long run, so that clients do not hold down a hub that struggles to its feet.
  private static final double BUDGET = 20;
  private static final double EARNED_BY_AN_ANSWER = 0.1;

  private final Map<String, MethodDefaults> methods;

  private Contracts(Map<String, MethodDefaults> methods) {
    this.methods = methods;
  }

  static Contracts of(Collection<ServiceDescriptor> services) {
    Map<String, MethodDefaults> methods = new HashMap<>();
    for (ServiceDescriptor service : services) {
      for (MethodDescriptor<?, ?> method : service.getMethods()) {
        methods.put(method.getFullMethodName(), MethodDefaults.of(method));
      }
    }
    return new Contracts(Map.copyOf(methods));
  }

  @Nullable MethodDefaults defaults(MethodDescriptor<?, ?> method) {
    return methods.get(method.getFullMethodName());
  }

  /** The service config that makes gRPC repeat what may be repeated, and nothing else. */
  Map<String, Object> serviceConfig() {
    List<Object> configs = new ArrayList<>();
    methods.forEach((name, defaults) -> {
      if (defaults.repeatable()) {
        configs.add(Map.of("name", List.of(nameOf(name)), "retryPolicy", retryPolicy(defaults)));
      }
    });
    return Map.of(
        "methodConfig",
        configs,
        "retryThrottling",
        Map.of("maxTokens", BUDGET, "tokenRatio", EARNED_BY_AN_ANSWER));
  }

  private static Map<String, Object> nameOf(String fullMethodName) {
    int slash = fullMethodName.lastIndexOf('/');
    return Map.of(
        "service",
        fullMethodName.substring(0, slash),
        "method",
        fullMethodName.substring(slash + 1));
  }

  private static Map<String, Object> retryPolicy(MethodDefaults defaults) {
    Duration deadline = defaults.deadline();
    Duration pause = deadline == null ? LONGEST_PAUSE : deadline.dividedBy(PAUSES_IN_DEADLINE);
    Duration first = pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    return Map.of(
        "maxAttempts",
        ATTEMPTS,
        "initialBackoff",
        seconds(first.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : first),
        "maxBackoff",
        seconds(LONGEST_PAUSE),
        "backoffMultiplier",
        2.0,
        "retryableStatusCodes",
        List.of("UNAVAILABLE"));
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%d.%03ds", duration.toSeconds(), duration.toMillisPart());
  }
}
