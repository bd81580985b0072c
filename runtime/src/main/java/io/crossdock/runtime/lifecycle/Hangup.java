package io.crossdock.runtime.lifecycle;

import java.io.Console;
import java.lang.reflect.Proxy;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process does on SIGHUP: it stops when its terminal is gone, and goes on otherwise, because
 * there the signal asks for a reload, which does not exist. Either way the log says so.
 */
final class Hangup {

  private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

  private Hangup() {}

  /** Takes the signal from now on. Where the JVM does not give it away, its default stays. */
  static void handle(Runnable stop) {
    try {
      // No supported interface to signals exists; this one is in the module jdk.unsupported.
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object handles =
          Proxy.newProxyInstance(
              Hangup.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      hungUp(stop);
                      yield null;
                    }
                    case "equals" ->
                        System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "SIGHUP handler";
                  });
      var _ =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handles);
    } catch (ReflectiveOperationException e) {
      LOG.debug("SIGHUP cannot be handled", e);
    }
  }

  private static void hungUp(Runnable stop) {
    if (Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()) {
      LOG.info("SIGHUP: the terminal is gone, stopping");
      stop.run();
    } else {
      LOG.warn("SIGHUP is ignored: a changed configuration takes effect at the next start");
    }
  }
}
