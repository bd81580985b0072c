package io.crossdock.drill.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A network of one proxy, which can be cut: a port of this machine whose connections lead to a
 * server. Safe for any thread.
 */
public final class FaultProxy implements AutoCloseable {

  private static final int BUFFER = 16 * 1024;
  private static final int BACKLOG = 50;
  private static final int CONNECT_MILLIS = 5_000;

  private final InetSocketAddress server;
  private final ServerSocket port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition mended = lock.newCondition();
  // Guarded by lock.
  private State state = State.WHOLE;

  /** What becomes of what is sent. */
  public enum State {
    /** It arrives. */
    WHOLE,
    /** It waits, and nobody is told: a firewall that drops, a switch that is off. */
    SILENT,
    /** Connections break, new ones too: a server that was restarted, a route that is gone. */
    BROKEN
  }

  /** Leads to a server from a port that is free. */
  public FaultProxy(InetSocketAddress server) throws IOException {
    this(0, server);
  }

  /** Leads to a server from a port of the loopback address. */
  public FaultProxy(int near, InetSocketAddress server) throws IOException {
    this.server = server;
    this.port = new ServerSocket(near, BACKLOG, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("proxy-" + port.getLocalPort()).start(this::accept);
  }

  /** Where its near end is, on the loopback address. */
  public int port() {
    return port.getLocalPort();
  }

  /** Interrupts or restores it. What waited goes on when it is restored. */
  public void set(State now) {
    lock.lock();
    try {
      state = now;
      mended.signalAll();
    } finally {
      lock.unlock();
    }
    if (now == State.BROKEN) {
      open.forEach(FaultProxy::breakOff);
    }
  }

  @Override
  public void close() {
    set(State.BROKEN);
    try {
      port.close();
    } catch (IOException e) {
      // It is not used any more.
    }
  }

  private void accept() {
    while (!port.isClosed()) {
      try {
        Socket near = port.accept();
        open.add(near);
        Thread.ofVirtual().start(() -> lead(near));
      } catch (IOException e) {
        // Closed, or the caller was gone already.
      }
    }
  }

  private void lead(Socket near) {
    Socket far = new Socket();
    open.add(far);
    try {
      if (isThrough()) {
        far.connect(server, CONNECT_MILLIS);
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        Thread back = Thread.ofVirtual().start(() -> pump(far, near));
        pump(near, far);
        back.join();
      }
    } catch (IOException | InterruptedException e) {
      // Told to the caller by the end of its connection.
    } finally {
      breakOff(near);
      breakOff(far);
      open.remove(near);
      open.remove(far);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!isThrough()) {
          break;
        }
        out.write(buffer, 0, read);
      }
      if (isThrough()) {
        to.shutdownOutput();
        return;
      }
    } catch (IOException | InterruptedException e) {
      // One end is gone: so is the other.
    }
    breakOff(from);
    breakOff(to);
  }

  /** Waits while it is silent; false when it is broken. */
  private boolean isThrough() throws InterruptedException {
    lock.lock();
    try {
      while (state == State.SILENT) {
        mended.await();
      }
      return state == State.WHOLE;
    } finally {
      lock.unlock();
    }
  }

  // With a reset, not with a polite end: the other side must not take it for the end of the stream.
  private static void breakOff(Socket socket) {
    try {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
      }
    } catch (IOException e) {
      // Not connected.
    }
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }
}
