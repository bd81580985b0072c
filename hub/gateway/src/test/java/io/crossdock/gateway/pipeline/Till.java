package io.crossdock.gateway.pipeline;

import io.crossdock.failure.Failure;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.wire.Payload;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A caller without a socket: leads requests through a pipeline on real event loops. */
public final class Till implements AutoCloseable {

  private static final int MAX_REQUEST_BYTES = 4 << 20;
  private static final long PATIENCE_SECONDS = 10;
  // Work on one loop may give work to the other; no test passes more often between them.
  private static final int SETTLING_ROUNDS = 8;

  private final EventLoops loops = new EventLoops(2);

  /** One call and what comes back. */
  public final class Receipt {

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final AtomicInteger closes = new AtomicInteger();
    private final Runnable cancel;

    private Receipt(Runnable cancel) {
      this.cancel = cancel;
    }

    /** What came back; waits for it, and for what the loops still do behind it. */
    public Answer answer() {
      Answer got = get(answer);
      settle();
      return got;
    }

    /** Whether anything came back yet. */
    public boolean isAnswered() {
      return answer.isDone();
    }

    /** How often the call was closed; more than once would be a fault. */
    public int closes() {
      return closes.get();
    }

    /** The caller gives up. */
    public void cancel() {
      cancel.run();
    }
  }

  /**
   * What a caller got.
   *
   * @param message the answer's bytes; null when there is none
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Answer(Status status, Metadata trailers, byte @Nullable [] message) {

    /** The message of a call that went well. */
    public byte[] bytes() {
      byte[] bytes = message;
      if (bytes == null) {
        throw new AssertionError("no answer: " + status);
      }
      return bytes;
    }

    /** The failure of a call that went wrong. */
    public Failure failure() {
      return Failure.from(status.asRuntimeException(trailers)).orElseThrow();
    }
  }

  /** The threads that the calls run on. */
  public EventLoops loops() {
    return loops;
  }

  /** Sends a request on the first event loop. */
  public Receipt send(Pipeline pipeline, byte[] request) {
    return send(pipeline, request, new Metadata(), Context.ROOT, 0);
  }

  /**
   * Sends a request.
   *
   * @param context holds the caller's deadline, as gRPC hands it over
   * @param loop number of the event loop
   */
  public Receipt send(
      Pipeline pipeline, byte[] request, Metadata headers, Context context, int loop) {
    CompletableFuture<ServerCall.Listener<byte[]>> listener = new CompletableFuture<>();
    Receipt receipt = new Receipt(() -> loops.loop(loop).execute(() -> get(listener).onCancel()));
    CallHandler handler = new CallHandler(pipeline, loops, MAX_REQUEST_BYTES);
    loops
        .loop(loop)
        .execute(() -> {
          Context previous = context.attach();
          try {
            Peer peer = new Peer(pipeline.operation(), receipt);
            ServerCall.Listener<byte[]> call = handler.startCall(peer, headers);
            listener.complete(call);
            call.onMessage(request);
            call.onHalfClose();
          } finally {
            context.detach(previous);
          }
        });
    return receipt;
  }

  /** A call whose requests come one by one. */
  public final class Stream {

    private final Receipt receipt;
    private final Peer peer;
    private final CompletableFuture<ServerCall.Listener<byte[]>> listener;
    private final int loop;

    private Stream(
        Receipt receipt,
        Peer peer,
        CompletableFuture<ServerCall.Listener<byte[]>> listener,
        int loop) {
      this.receipt = receipt;
      this.peer = peer;
      this.listener = listener;
      this.loop = loop;
    }

    /** What comes back. */
    public Receipt receipt() {
      return receipt;
    }

    /** How many messages the hub has asked for. */
    public int requested() {
      return onLoop(() -> peer.requested);
    }

    /** Messages that came back so far. */
    public List<byte[]> messages() {
      return onLoop(() -> List.copyOf(peer.messages));
    }

    /** Sends one more message. */
    public void send(byte[] message) {
      onListener(call -> call.onMessage(message));
    }

    /** Has no more messages. */
    public void halfClose() {
      onListener(ServerCall.Listener::onHalfClose);
    }

    /** Stops taking messages, or takes them again. */
    public void takes(boolean messages) {
      onListener(call -> {
        peer.ready = messages;
        if (messages) {
          call.onReady();
        }
      });
    }

    private void onListener(Consumer<ServerCall.Listener<byte[]>> action) {
      get(CompletableFuture.runAsync(() -> action.accept(get(listener)), loops.loop(loop)));
    }
  }

  /** Opens a call on the first event loop and sends its headers only. */
  public Stream open(Pipeline pipeline) {
    CompletableFuture<ServerCall.Listener<byte[]>> listener = new CompletableFuture<>();
    Receipt receipt = new Receipt(() -> loops.loop(0).execute(() -> get(listener).onCancel()));
    Peer peer = new Peer(pipeline.operation(), receipt);
    CallHandler handler = new CallHandler(pipeline, loops, MAX_REQUEST_BYTES);
    loops.loop(0).execute(() -> listener.complete(handler.startCall(peer, new Metadata())));
    return new Stream(receipt, peer, listener, 0);
  }

  /** Runs something on the first event loop, behind everything that was sent there. */
  public <T> T onLoop(Callable<T> work) {
    return get(CompletableFuture.supplyAsync(() -> called(work), loops.loop(0)));
  }

  /** Waits until the event loops have done what they were given. */
  public void settle() {
    for (int round = 0; round < SETTLING_ROUNDS; round++) {
      for (int i = 0; i < loops.count(); i++) {
        get(CompletableFuture.runAsync(() -> {}, loops.loop(i)));
      }
    }
  }

  @Override
  public void close() {
    loops.close();
  }

  private static <T> T called(Callable<T> work) {
    try {
      return work.call();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The till's side of a call, as gRPC shows it to a server. */
  private static final class Peer extends ServerCall<byte[], Payload> {

    private final Operation operation;
    private final Receipt receipt;
    private final List<byte[]> messages = new ArrayList<>();
    private boolean ready = true;
    private int requested;

    Peer(Operation operation, Receipt receipt) {
      this.operation = operation;
      this.receipt = receipt;
    }

    @Override
    public void request(int more) {
      requested += more;
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(Payload payload) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(payload.body());
      out.writeBytes(payload.tail());
      messages.add(out.toByteArray());
    }

    @Override
    public void close(Status status, Metadata trailers) {
      receipt.closes.incrementAndGet();
      receipt.answer.complete(
          new Answer(status, trailers, messages.isEmpty() ? null : messages.getLast()));
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public MethodDescriptor<byte[], Payload> getMethodDescriptor() {
      return operation.inbound();
    }
  }
}
