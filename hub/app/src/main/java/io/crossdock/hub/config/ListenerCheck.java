package io.crossdock.hub.config;

import io.crossdock.config.v1.Listener;
import io.crossdock.runtime.config.Loopback;

/** The hub's ports: on this machine only, and not the same. */
final class ListenerCheck implements ConfigCheck {

  @Override
  public void check(Draft draft) {
    Listener listen = draft.config().getListen();
    Listener ops = draft.config().getOps();
    Loopback.check(draft.document(), "listen", listen);
    Loopback.check(draft.document(), "ops", ops);
    if (listen.getPort() != 0
        && listen.getPort() == ops.getPort()
        && listen.getHost().equals(ops.getHost())) {
      draft.error(
          "ops.port", Integer.toString(ops.getPort()), "another port than that of listen.port");
    }
  }
}
