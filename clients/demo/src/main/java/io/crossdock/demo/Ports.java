package io.crossdock.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where everything listens, on this machine only.
 *
 * @param of the port of every DemoPort
 */
record Ports(Map<DemoPort, Integer> of) {
  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.])\\d{4,5}(?![\\w.])");
  private static final int LARGEST = 65535;

  Ports {
    of = Map.copyOf(of);
  }

  /** The standard ports, or free ones, but for those that were chosen. */
  static Ports choose(Map<DemoPort, Integer> chosen, boolean free) throws IOException {
    Map<DemoPort, Integer> ports = new EnumMap<>(DemoPort.class);
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (DemoPort name : DemoPort.values()) {
        if (chosen.containsKey(name)) {
          ports.put(name, chosen.get(name));
        } else if (free) {
          // Held until all are found, so that none is found twice.
          ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          held.add(socket);
          ports.put(name, socket.getLocalPort());
        } else {
          ports.put(name, name.standard());
        }
      }
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
    return new Ports(ports);
  }

  /** Reads {@code hub=9070}. */
  static Map.Entry<DemoPort, Integer> parse(String written) {
    String[] parts = written.split("=", 2);
    DemoPort name =
        DemoPort.named(parts[0])
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "--port: there is no " + parts[0] + " (expected: " + labels() + ")"));
    try {
      int port = Integer.parseInt(parts.length == 2 ? parts[1] : "");
      if (port >= 1 && port <= LARGEST) {
        return Map.entry(name, port);
      }
    } catch (NumberFormatException e) {
      // Told below, with the other wrong ones.
    }
    throw new IllegalArgumentException(
        "--port: " + written + " (expected: " + name.label() + "=1.." + LARGEST + ")");
  }

  int at(DemoPort name) {
    Integer port = of.get(name);
    if (port == null) {
      throw new IllegalArgumentException("no port for " + name);
    }
    return port;
  }

  String address(DemoPort name) {
    return "127.0.0.1:" + at(name);
  }

  boolean areStandard() {
    return of.entrySet().stream().allMatch(entry -> entry.getKey().standard() == entry.getValue());
  }

  /** What is wrong with these ports before anything has started; empty when nothing is. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    Map<Integer, DemoPort> first = new HashMap<>();
    for (DemoPort name : DemoPort.values()) {
      int port = at(name);
      DemoPort other = first.putIfAbsent(port, name);
      if (other != null) {
        problems.add(
            "port " + port + " is chosen for both " + other.label() + " and " + name.label());
      } else if (isTaken(port)) {
        problems.add(
            "port " + port + ", needed by " + name.label() + ", is taken by another process");
      }
    }
    return problems;
  }

  /** A configuration with these ports in place of the standard ones. */
  String rewrite(String configuration) {
    Map<String, String> replacements =
        of.entrySet().stream()
            .collect(
                Collectors.toMap(
                    entry -> Integer.toString(entry.getKey().standard()),
                    entry -> Integer.toString(entry.getValue())));
    return NUMBER
        .matcher(configuration)
        .replaceAll(number ->
            Matcher.quoteReplacement(replacements.getOrDefault(number.group(), number.group())));
  }

  private static boolean isTaken(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static String labels() {
    return java.util.Arrays.stream(DemoPort.values())
        .map(DemoPort::label)
        .collect(Collectors.joining(", "));
  }
}
