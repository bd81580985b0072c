package io.crossdock.runtime.config;

import com.google.protobuf.Message;
import io.crossdock.config.v1.Listener;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses that only this machine reaches, the only ones that may be opened without TLS. */
public final class Loopback {

  private Loopback() {}

  /** Adds an error when a listener's host is not on this machine; an empty host is. */
  public static <M extends Message> void check(
      ConfigDocument<M> document, String path, Listener listener) {
    if (!listener.getHost().isEmpty() && !isLoopback(listener.getHost())) {
      document.error(
          path + ".host",
          listener.getHost(),
          "a loopback address such as 127.0.0.1, because the connection is not encrypted");
    }
  }

  /** Whether a host, a name or an address, is on this machine; a name that is unknown is not. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
