package io.crossdock.drill.hostile;

import io.grpc.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * A way to harm a hub.
 *
 * @param name as the report has it. Example: {@code rapid-reset}
 * @param body one stroke of it, which is repeated while the attack lasts
 */
record Attack(String name, Body body) {

  /** One stroke; it may end in any way. */
  interface Body {
    void strike(Target target) throws IOException, InterruptedException;
  }

  /**
   * What is attacked.
   *
   * @param address of the hub
   * @param channel an ordinary channel to it, for attacks by legal frames
   * @param liar the connector behind the service that attackers call
   */
  record Target(InetSocketAddress address, Channel channel, LyingConnector liar) {}
}
