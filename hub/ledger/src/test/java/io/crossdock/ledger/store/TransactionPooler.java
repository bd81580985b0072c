package io.crossdock.ledger.store;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Speaks PostgreSQL's protocol as PgBouncer does in transaction mode: one session of the server for
 * all clients, transaction by transaction; the startup parameter {@code options} is refused.
 */
final class TransactionPooler implements AutoCloseable {

  private static final int PROTOCOL = 196_608;

  private final ServerSocket door;
  private final int serverPort;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final Semaphore turn = new Semaphore(1);
  private @Nullable Session session; // Guarded by this.

  @SuppressWarnings("ArrayRecordComponent")
  private record Message(int type, byte[] body) {}

  /** The session of the server, with what it said at its start. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Session(DataInputStream in, DataOutputStream out, byte[] greeting) {}

  TransactionPooler(int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return door.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    door.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = door.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    boolean mine = false;
    try (client;
        DataInputStream in = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(client.getOutputStream())) {
      byte[] startup = startup(in, out);
      if (new String(startup, StandardCharsets.UTF_8).contains("\0options\0")) {
        refuse(out);
        return;
      }
      Session server = session(startup);
      out.write(server.greeting);
      out.flush();
      while (true) {
        Message message = read(in);
        if (message.type == 'X') {
          return;
        }
        if (!mine) {
          turn.acquire();
          mine = true;
        }
        write(server.out, message);
        if (message.type == 'Q' || message.type == 'S') {
          server.out.flush();
          Message answer;
          do {
            answer = read(server.in);
            write(out, answer);
          } while (answer.type != 'Z');
          out.flush();
          if (answer.body[0] == 'I') {
            mine = false;
            turn.release();
          }
        }
      }
    } catch (IOException e) {
      // One side is gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (mine) {
        turn.release();
      }
    }
  }

  /** Declines encryption and takes the startup message. */
  private static byte[] startup(DataInputStream in, DataOutputStream out) throws IOException {
    while (true) {
      byte[] body = new byte[in.readInt() - 4];
      in.readFully(body);
      int version = java.nio.ByteBuffer.wrap(body).getInt();
      if (version == PROTOCOL) {
        return body;
      }
      out.write('N');
      out.flush();
    }
  }

  private synchronized Session session(byte[] startup) throws IOException {
    Session known = session;
    if (known != null) {
      return known;
    }
    Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
    sockets.add(server);
    DataInputStream in = new DataInputStream(server.getInputStream());
    DataOutputStream out = new DataOutputStream(server.getOutputStream());
    out.writeInt(startup.length + 4);
    out.write(startup);
    out.flush();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream copy = new DataOutputStream(bytes);
    Message message;
    do {
      message = read(in);
      write(copy, message);
    } while (message.type != 'Z');
    Session begun = new Session(in, out, bytes.toByteArray());
    session = begun;
    return begun;
  }

  private static void refuse(DataOutputStream out) throws IOException {
    write(
        out,
        new Message(
            'E',
            "SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
                .getBytes(StandardCharsets.UTF_8)));
    out.flush();
  }

  private static Message read(DataInputStream in) throws IOException {
    int type = in.readUnsignedByte();
    byte[] body = new byte[in.readInt() - 4];
    in.readFully(body);
    return new Message(type, body);
  }

  private static void write(DataOutputStream out, Message message) throws IOException {
    out.writeByte(message.type);
    out.writeInt(message.body.length + 4);
    out.write(message.body);
  }
}
