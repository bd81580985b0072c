package io.crossdock.estate.backend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what answers a path. Templates hold {@code {name}} for a part without a slash. */
public final class Endpoints {

  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)}");

  private final List<Route> routes = new ArrayList<>();

  /** Answers a request. */
  public interface Handler {
    Answer answer(Request request);
  }

  /**
   * One method of one path.
   *
   * @param writes whether it changes anything
   */
  public record Route(
      String method,
      String template,
      Pattern pattern,
      List<String> names,
      boolean writes,
      Handler handler) {

    public String operation() {
      return method + " " + template;
    }
  }

  /** A route and what its template found. */
  public record Match(Route route, Map<String, String> variables) {}

  public Endpoints get(String template, Handler handler) {
    return add("GET", template, false, handler);
  }

  /** A POST that only asks. */
  public Endpoints ask(String template, Handler handler) {
    return add("POST", template, false, handler);
  }

  public Endpoints post(String template, Handler handler) {
    return add("POST", template, true, handler);
  }

  public Endpoints put(String template, Handler handler) {
    return add("PUT", template, true, handler);
  }

  public Endpoints patch(String template, Handler handler) {
    return add("PATCH", template, true, handler);
  }

  public Endpoints delete(String template, Handler handler) {
    return add("DELETE", template, true, handler);
  }

  private Endpoints add(String method, String template, boolean writes, Handler handler) {
    List<String> names = new ArrayList<>();
    StringBuilder regex = new StringBuilder();
    Matcher variable = VARIABLE.matcher(template);
    int end = 0;
    while (variable.find()) {
      regex
          .append(Pattern.quote(template.substring(end, variable.start())))
          .append("([^/]{1,200})");
      names.add(variable.group(1));
      end = variable.end();
    }
    regex.append(Pattern.quote(template.substring(end)));
    routes.add(
        new Route(method, template, Pattern.compile(regex.toString()), names, writes, handler));
    return this;
  }

  /** The route of a path below the backend's base path. */
  public Match find(String method, String path) {
    TreeSet<String> otherMethods = new TreeSet<>();
    for (Route route : routes) {
      Matcher matcher = route.pattern().matcher(path);
      if (matcher.matches()) {
        if (route.method().equals(method)) {
          Map<String, String> variables = new LinkedHashMap<>();
          for (int i = 0; i < route.names().size(); i++) {
            variables.put(route.names().get(i), matcher.group(i + 1));
          }
          return new Match(route, variables);
        }
        otherMethods.add(route.method());
      }
    }
    if (otherMethods.isEmpty()) {
      throw Refusal.of(404, "no such resource");
    }
    String allow = String.join(", ", otherMethods);
    throw Refusal.of(405, "method " + method + " (expected: " + allow + ")").header("Allow", allow);
  }
}
