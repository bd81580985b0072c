package io.crossdock.drill.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.crossdock.drill.process.FaultProxy.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FaultProxyIT {

  private static final int SILENCE_MILLIS = 200;

  private ServerSocket server;
  private FaultProxy proxy;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxy =
        new FaultProxy(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    server.close();
  }

  @Test
  void leadsBothWays() throws IOException {
    assertLeadsBothWays();
  }

  private void assertLeadsBothWays() throws IOException {
    try (Socket near = connect();
        Socket far = server.accept()) {
      near.getOutputStream().write("there".getBytes(UTF_8));
      far.getOutputStream().write("back".getBytes(UTF_8));

      assertThat(far.getInputStream().readNBytes(5)).asString(UTF_8).isEqualTo("there");
      assertThat(near.getInputStream().readNBytes(4)).asString(UTF_8).isEqualTo("back");
    }
  }

  @Test
  void tellsOneEndThatTheOtherIsGone() throws IOException {
    try (Socket near = connect();
        Socket far = server.accept()) {
      near.shutdownOutput();

      assertThat(far.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void keepsSilentAndGoesOnWhenItIsMended() throws IOException {
    try (Socket near = connect();
        Socket far = server.accept()) {
      proxy.set(State.SILENT);
      near.getOutputStream().write("late".getBytes(UTF_8));
      far.setSoTimeout(SILENCE_MILLIS);
      assertThatThrownBy(() -> far.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      far.setSoTimeout(0);

      proxy.set(State.WHOLE);

      assertThat(far.getInputStream().readNBytes(4)).asString(UTF_8).isEqualTo("late");
    }
  }

  @Test
  void breaksWhatIsOpenAndWhatIsOpenedUntilItIsMended() throws IOException {
    try (Socket before = connect();
        Socket far = server.accept()) {
      proxy.set(State.BROKEN);

      assertThatThrownBy(() -> before.getInputStream().read()).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(IOException.class);
      try (Socket meanwhile = connect()) {
        assertThatThrownBy(() -> meanwhile.getInputStream().read()).isInstanceOf(IOException.class);
      }
    }
    proxy.set(State.WHOLE);
    assertLeadsBothWays();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
  }
}
