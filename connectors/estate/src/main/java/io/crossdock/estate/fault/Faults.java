package io.crossdock.estate.fault;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossdock.estate.backend.Body;
import io.crossdock.estate.backend.JsonNodes;
import io.crossdock.estate.backend.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a backend, as the control interface sets it.
 *
 * @param latency how late it answers
 * @param error answers instead of the right ones
 * @param hang accepts and does not answer until released
 * @param duplicateWrites does every write twice
 * @param methods the methods that suffer; empty means all
 * @param path part of the paths that suffer; empty means all
 * @param after whether error, outage and hang strike after the work is done
 * @param times after how many suffering requests all is well again
 * @param seed makes what is random repeatable
 */
public record Faults(
    @Nullable Latency latency,
    @Nullable Errors error,
    Outage outage,
    boolean hang,
    boolean duplicateWrites,
    @Nullable RateLimit rateLimit,
    Set<String> methods,
    String path,
    boolean after,
    OptionalLong times,
    OptionalLong seed) {

  public static final Faults NONE =
      new Faults(
          null,
          null,
          Outage.NONE,
          false,
          false,
          null,
          Set.of(),
          "",
          false,
          OptionalLong.empty(),
          OptionalLong.empty());

  private static final Set<String> METHODS =
      new TreeSet<>(Set.of("GET", "POST", "PUT", "PATCH", "DELETE"));
  private static final int MAX_MS = 600_000;

  /** Ways to break a connection. */
  public enum Outage {
    NONE,
    /** End of stream without an answer. */
    CLOSE,
    /** TCP reset. */
    RESET
  }

  /** How late answers come. */
  sealed interface Latency {

    /** So long, and up to so much more or less. */
    record Fixed(long fixedMs, long jitterMs) implements Latency {}

    /** A distribution, by its percentiles; between them it is a straight line. */
    record Percentiles(List<Percentile> steps) implements Latency {}

    /** So many percent of the requests are answered within the time. */
    record Percentile(double percentile, long ms) {}
  }

  /** A share of the requests is answered with a status. */
  record Errors(double rate, int status, OptionalLong retryAfterSeconds) {}

  /** A token bucket. */
  record RateLimit(double perSecond, long burst) {}

  /** All mistakes of a wrong document. */
  public static final class WrongFaults extends Exception {

    private static final long serialVersionUID = 1;

    private final transient List<String> mistakes;

    WrongFaults(List<String> mistakes) {
      super(String.join("; ", mistakes), null, false, false);
      this.mistakes = mistakes;
    }

    public List<String> mistakes() {
      return mistakes;
    }
  }

  /**
   * Reads faults.
   *
   * @throws WrongFaults with all mistakes at once
   */
  public static Faults parse(Body body) throws WrongFaults {
    Reader reader = new Reader(new ArrayList<>());
    Faults faults =
        new Faults(
            reader.get(() -> body.object("latency")).map(reader::latency).orElse(null),
            reader.get(() -> body.object("error")).map(reader::error).orElse(null),
            reader
                .get(() -> body.word("outage", Set.of("reset", "close")))
                .map(Faults::outage)
                .orElse(Outage.NONE),
            reader.get(() -> body.bool("hang")).orElse(false),
            reader.get(() -> body.bool("duplicate_writes")).orElse(false),
            reader.get(() -> body.object("rate_limit")).map(reader::rateLimit).orElse(null),
            reader.methods(body),
            reader.get(() -> body.optional("path")).orElse(""),
            reader
                .get(() -> body.word("when", Set.of("before", "after")))
                .orElse("before")
                .equals("after"),
            reader.number(body, "times", 1, Integer.MAX_VALUE),
            reader.number(body, "seed", Long.MIN_VALUE, Long.MAX_VALUE));
    reader.end(body);
    if (!reader.mistakes().isEmpty()) {
      throw new WrongFaults(reader.mistakes());
    }
    return faults;
  }

  private static Outage outage(String word) {
    return word.equals("reset") ? Outage.RESET : Outage.CLOSE;
  }

  /** Whether a request suffers. */
  public boolean strike(String method, String requestPath) {
    return (methods.isEmpty() || methods.contains(method)) && requestPath.contains(path);
  }

  /** The faults as they are set. */
  public ObjectNode json() {
    ObjectNode json = JsonNodes.object();
    switch (latency) {
      case null -> {}
      case Latency.Fixed fixed ->
          json.set(
              "latency",
              JsonNodes.object("fixed_ms", fixed.fixedMs(), "jitter_ms", fixed.jitterMs()));
      case Latency.Percentiles percentiles ->
          json.set(
              "latency",
              JsonNodes.object(
                  "percentiles",
                  percentiles.steps().stream()
                      .map(step ->
                          JsonNodes.object("percentile", step.percentile(), "ms", step.ms()))
                      .toList()));
    }
    if (error != null) {
      ObjectNode told = JsonNodes.object("rate", error.rate(), "status", error.status());
      error.retryAfterSeconds().ifPresent(seconds -> told.put("retry_after_seconds", seconds));
      json.set("error", told);
    }
    if (outage != Outage.NONE) {
      json.put("outage", outage == Outage.RESET ? "reset" : "close");
    }
    if (hang) {
      json.put("hang", true);
    }
    if (duplicateWrites) {
      json.put("duplicate_writes", true);
    }
    if (rateLimit != null) {
      json.set(
          "rate_limit",
          JsonNodes.object(
              "requests_per_second", rateLimit.perSecond(), "burst", rateLimit.burst()));
    }
    if (!methods.isEmpty()) {
      json.set("methods", JsonNodes.array(new TreeSet<>(methods)));
    }
    if (!path.isEmpty()) {
      json.put("path", path);
    }
    if (after) {
      json.put("when", "after");
    }
    times.ifPresent(count -> json.put("times", count));
    seed.ifPresent(value -> json.put("seed", value));
    return json;
  }

  /** Reads fields and keeps what is wrong with them for later. */
  private record Reader(List<String> mistakes) {

    <T> Optional<T> get(Supplier<Optional<T>> field) {
      try {
        return field.get();
      } catch (Refusal e) {
        mistakes.add(e.text());
        return Optional.empty();
      }
    }

    void end(Body body) {
      get(() -> {
        body.end();
        return Optional.empty();
      });
    }

    OptionalLong number(Body body, String name, long least, long most) {
      return get(() -> body.integer(name, least, most))
          .map(OptionalLong::of)
          .orElse(OptionalLong.empty());
    }

    private double decimal(Body body, String name, double usual, double least, double most) {
      return get(() ->
              body.number(name)
                  .map(value -> {
                    double number = value.doubleValue();
                    if (number < least || number > most) {
                      throw Refusal.field(
                          body.path(name),
                          value.toPlainString()
                              + " (expected: "
                              + plain(least)
                              + ".."
                              + plain(most)
                              + ")");
                    }
                    return number;
                  }))
          .orElse(usual);
    }

    private static String plain(double bound) {
      return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }

    Latency latency(Body body) {
      List<Body> given = get(() -> Optional.of(body.list("percentiles", 100))).orElse(List.of());
      Latency latency;
      if (given.isEmpty()) {
        long fixed = number(body, "fixed_ms", 0, MAX_MS).orElse(0);
        long jitter = number(body, "jitter_ms", 0, MAX_MS).orElse(0);
        latency = new Latency.Fixed(fixed, jitter);
      } else {
        List<Latency.Percentile> steps = new ArrayList<>();
        for (Body each : given) {
          steps.add(
              new Latency.Percentile(
                  decimal(each, "percentile", 100, 0, 100),
                  number(each, "ms", 0, MAX_MS).orElse(0)));
          end(each);
        }
        for (int i = 1; i < steps.size(); i++) {
          if (steps.get(i).percentile() <= steps.get(i - 1).percentile()
              || steps.get(i).ms() < steps.get(i - 1).ms()) {
            mistakes.add(
                body.path("percentiles")
                    + "["
                    + i
                    + "]: out of order (expected: percentile and ms ascend)");
          }
        }
        latency = new Latency.Percentiles(List.copyOf(steps));
      }
      end(body);
      return latency;
    }

    Errors error(Body body) {
      double rate = decimal(body, "rate", 1, 0, 1);
      long status = number(body, "status", 400, 599).orElse(503);
      OptionalLong retryAfter = number(body, "retry_after_seconds", 0, 86_400);
      end(body);
      return new Errors(rate, (int) status, retryAfter);
    }

    RateLimit rateLimit(Body body) {
      double perSecond = decimal(body, "requests_per_second", 1, 0.001, 1_000_000);
      long burst = number(body, "burst", 1, 1_000_000).orElse(1);
      end(body);
      return new RateLimit(perSecond, burst);
    }

    Set<String> methods(Body body) {
      Set<String> methods = new TreeSet<>();
      for (JsonNode each : get(() -> Optional.of(body.elements("methods", 5))).orElse(List.of())) {
        if (METHODS.contains(each.asText())) {
          methods.add(each.asText());
        } else {
          mistakes.add(
              body.path("methods")
                  + ": "
                  + each.asText()
                  + " (expected: "
                  + String.join(", ", METHODS)
                  + ")");
        }
      }
      return methods;
    }
  }
}
