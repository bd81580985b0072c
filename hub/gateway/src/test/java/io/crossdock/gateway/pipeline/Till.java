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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A caller without a socket: leads requests through a pipeline on real event loops. */
public final class Till implements AutoCloseable {

  private static final int MAX_REQUEST_BYTES = 4096;
  private static final long PATIENCE_SECONDS = 10;
  // Work on one loop may give work to the other; no test passes more often between them.
  private static final int SETTLING_ROUNDS = 8;

  private final EventLoops loops = new EventLoops(2);

  /** One call and what comes back. */
  public static final class Receipt {

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final AtomicInteger closes = new AtomicInteger();
    private final Runnable cancel;

    private Receipt(Runnable cancel) {
      this.cancel = cancel;
    }

    /** What came back; waits for it. */
    public Answer answer() {
      return get(answer);
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
    private byte @Nullable [] message;

    Peer(Operation operation, Receipt receipt) {
      this.operation = operation;
      this.receipt = receipt;
    }

    @Override
    public void request(int messages) {}

    @Override
    public void sendHeaders(Metadata headers) {}

    @Override
    public void sendMessage(Payload payload) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.writeBytes(payload.body());
      out.writeBytes(payload.tail());
      message = out.toByteArray();
    }

    @Override
    public void close(Status status, Metadata trailers) {
      receipt.closes.incrementAndGet();
      receipt.answer.complete(new Answer(status, trailers, message));
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
