package io.crossdock.connector.backend;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * A backend that sends whatever bytes a test likes, and counts what it was sent.
 *
 * <p>It speaks just as much HTTP as it takes to read a request; the answer is the script's.
 */
final class ScriptedBackend implements AutoCloseable {

  private final ServerSocket server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Script script = out -> {};

  /** What is sent for a request. */
  interface Script {
    void answer(Answer out) throws IOException, InterruptedException;
  }

  ScriptedBackend() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Head lines of the requests that came, in their order. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  void answers(Script next) {
    script = next;
  }

  /** Answers with a JSON document and status 200. */
  void answersJson(String body) {
    answers(out -> out.head(200, "Content-Type: application/json").body(body));
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        requests.add(head.lines().findFirst().orElse(""));
        script.answer(new Answer(socket));
      }
    } catch (IOException | InterruptedException e) {
      // The caller left, or the script broke the connection.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    String text = head.toString();
    int at = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
    if (at >= 0) {
      in.readNBytes(Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at))));
    }
    return text;
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** One answer, byte by byte. */
  final class Answer {

    private final Socket socket;
    private final OutputStream out;

    private Answer(Socket socket) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
    }

    Answer raw(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return this;
    }

    Answer head(int status, String... headers) throws IOException {
      raw("HTTP/1.1 " + status + " X\r\n");
      for (String header : headers) {
        raw(header + "\r\n");
      }
      return this;
    }

    void body(String body) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      raw("Content-Length: " + bytes.length + "\r\n\r\n");
      out.write(bytes);
      out.flush();
    }

    /** A TCP reset. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Says no more until the test is over. */
    void hang() throws InterruptedException {
      closed.await();
    }
  }
}
