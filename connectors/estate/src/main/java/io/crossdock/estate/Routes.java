package io.crossdock.estate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds what answers a path. Templates hold {@code {name}} for a part without a slash. */
final class Routes {

  private static final Pattern VARIABLE = Pattern.compile("\\{([a-z]+)}");

  private final List<Route> routes = new ArrayList<>();

  /** Answers a request. */
  interface Handler {
    Answer answer(Request request);
  }

  /**
   * One method of one path.
   *
   * @param writes whether it changes anything
   */
  record Route(
      String method,
      String template,
      Pattern pattern,
      List<String> names,
      boolean writes,
      Handler handler) {

    String operation() {
      return method + " " + template;
    }
  }

  /** A route and what its template found. */
  record Match(Route route, Map<String, String> variables) {}

  Routes get(String template, Handler handler) {
    return add("GET", template, false, handler);
  }

  /** A POST that only asks. */
  Routes ask(String template, Handler handler) {
    return add("POST", template, false, handler);
  }

  Routes post(String template, Handler handler) {
    return add("POST", template, true, handler);
  }

  Routes put(String template, Handler handler) {
    return add("PUT", template, true, handler);
  }

  Routes patch(String template, Handler handler) {
    return add("PATCH", template, true, handler);
  }

  Routes delete(String template, Handler handler) {
    return add("DELETE", template, true, handler);
  }

  private Routes add(String method, String template, boolean writes, Handler handler) {
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
  Match find(String method, String path) {
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
