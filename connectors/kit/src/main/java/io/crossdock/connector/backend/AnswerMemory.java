package io.crossdock.connector.backend;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the bytes of answers that are in memory at one time, of one answer and of all together, so
 * that a backend without manners costs its own calls only.
 *
 * <p>Safe for many threads.
 */
final class AnswerMemory {

  private final int maxAnswer;
  private final long maxTotal;
  private final AtomicLong used = new AtomicLong();

  /** The answer is larger than one may be. */
  static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    TooLargeException(int most) {
      super("more than " + most + " bytes");
    }
  }

  /** All answers together are larger than the memory set aside for them. */
  static final class FullException extends IOException {
    private static final long serialVersionUID = 1;
  }

  /**
   * @param maxAnswer most bytes of one answer
   * @param maxTotal most bytes of all answers that are being read or understood
   */
  AnswerMemory(int maxAnswer, long maxTotal) {
    this.maxAnswer = maxAnswer;
    this.maxTotal = maxTotal;
  }

  /** The share of one answer; it is given back when it is closed. */
  Share share() {
    return new Share();
  }

  long used() {
    return used.get();
  }

  /** What one answer takes. */
  final class Share implements AutoCloseable {

    private long held;
    private boolean closed;

    /** Collects the body of the answer. */
    BodyHandler<byte[]> collector() {
      return _ -> new Collector(this);
    }

    private synchronized void take(int bytes) throws IOException {
      if (closed) {
        throw new IOException("the call is over");
      }
      if (held + bytes > maxAnswer) {
        throw new TooLargeException(maxAnswer);
      }
      if (used.addAndGet(bytes) > maxTotal) {
        used.addAndGet(-bytes);
        throw new FullException();
      }
      held += bytes;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        used.addAndGet(-held);
      }
    }
  }

  /** Collects a body chunk by chunk, each of them paid for first. */
  private static final class Collector implements BodySubscriber<byte[]> {

    private final Share share;
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private final List<ByteBuffer> chunks = new ArrayList<>();
    private Flow.@Nullable Subscription subscription;

    Collector(Share share) {
      this.share = share;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      try {
        for (ByteBuffer buffer : buffers) {
          share.take(buffer.remaining());
          chunks.add(buffer);
        }
      } catch (IOException e) {
        chunks.clear();
        if (subscription != null) {
          subscription.cancel();
        }
        body.completeExceptionally(e);
      }
    }

    @Override
    public void onError(Throwable error) {
      chunks.clear();
      body.completeExceptionally(error);
    }

    @Override
    public void onComplete() {
      byte[] bytes = new byte[chunks.stream().mapToInt(ByteBuffer::remaining).sum()];
      int at = 0;
      for (ByteBuffer chunk : chunks) {
        int length = chunk.remaining();
        chunk.get(bytes, at, length);
        at += length;
      }
      chunks.clear();
      body.complete(bytes);
    }
  }
}
