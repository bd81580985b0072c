package io.crossdock.connector.conformance;

import com.google.protobuf.ByteString;
import io.crossdock.connector.conformance.Suite.Outcome;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls a method with bytes. Of a stream the first answer counts; then the call is cancelled. */
record RawCall(MethodDescriptor<ByteString, ByteString> method, Metadata headers) {

  private static final MethodDescriptor.Marshaller<ByteString> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(ByteString value) {
          return new ByteArrayInputStream(value.toByteArray());
        }

        @Override
        public ByteString parse(InputStream stream) {
          try {
            return ByteString.readFrom(stream);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  static RawCall unary(String name) {
    return of(name, false);
  }

  static RawCall of(String name, boolean stream) {
    return new RawCall(
        MethodDescriptor.<ByteString, ByteString>newBuilder()
            .setType(stream ? MethodType.SERVER_STREAMING : MethodType.UNARY)
            .setFullMethodName(name)
            .setRequestMarshaller(BYTES)
            .setResponseMarshaller(BYTES)
            .build(),
        new Metadata());
  }

  RawCall with(Metadata more) {
    return new RawCall(method, more);
  }

  /** A call that goes on. */
  record Pending(CompletableFuture<Outcome> result, Duration patience) {

    Outcome outcome() {
      try {
        return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        return Outcome.of(
            Status.DEADLINE_EXCEEDED.withDescription(
                "no end within " + patience.toSeconds() + " s"),
            new Metadata());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Starts a call; nothing but its end or its first answer ends it. */
  Pending start(Channel channel, ByteString request, Duration patience) {
    CompletableFuture<Outcome> result = new CompletableFuture<>();
    ClientCall<ByteString, ByteString> call = channel.newCall(method, CallOptions.DEFAULT);
    boolean stream = method.getType() == MethodType.SERVER_STREAMING;
    Metadata sent = new Metadata();
    sent.merge(headers);
    call.start(
        new ClientCall.Listener<>() {
          private ByteString answer = ByteString.EMPTY;

          @Override
          public void onMessage(ByteString message) {
            answer = message;
            if (stream) {
              result.complete(Outcome.of(message));
              call.cancel("one is enough", null);
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            result.complete(status.isOk() ? Outcome.of(answer) : Outcome.of(status, trailers));
          }
        },
        sent);
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    return new Pending(result, patience);
  }

  /** Starts a call and leaves at once. */
  void cancel(Channel channel, ByteString request) {
    ClientCall<ByteString, ByteString> call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    call.cancel("conformance", null);
  }
}
