package io.crossdock.client;

import io.grpc.NameResolverRegistry;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a hub is.
 *
 * @param target what gRPC resolves
 * @param isLoopback whether it can only be this machine, by the look of it: names are not resolved
 */
record Address(String target, boolean isLoopback) {

  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");
  private static final Pattern SCHEME = Pattern.compile("([a-z][a-z0-9+.-]*):///?.+");
  private static final int MAX_PORT = 65535;

  static Address of(String text) {
    Matcher parts = HOST_AND_PORT.matcher(text);
    if (parts.matches()) {
      int port = Integer.parseInt(parts.group(2));
      if (port >= 1 && port <= MAX_PORT) {
        return new Address(text, isLoopbackHost(parts.group(1)));
      }
    } else {
      Matcher scheme = SCHEME.matcher(text);
      if (scheme.matches() && isResolved(scheme.group(1))) {
        return new Address(text, false);
      }
    }
    throw new IllegalArgumentException(
        "address: %s (expected: HOST:PORT, for example 127.0.0.1:7070)".formatted(text));
  }

  // A URL such as http://hub:7070 has a scheme, too, but none that gRPC can resolve.
  private static boolean isResolved(String scheme) {
    return NameResolverRegistry.getDefaultRegistry().getProviderForScheme(scheme) != null;
  }

  private static boolean isLoopbackHost(String host) {
    return host.toLowerCase(Locale.ROOT).equals("localhost")
        || host.equals("[::1]")
        || host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}");
  }
}
