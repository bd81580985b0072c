package io.crossdock.pos;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.crossdock.customer.v1.CustomerServiceGrpc;
import io.crossdock.customer.v1.LookupCustomerRequest;
import io.crossdock.customer.v1.LookupCustomerResponse;
import io.crossdock.inventory.v1.GetAvailabilityRequest;
import io.crossdock.inventory.v1.GetAvailabilityResponse;
import io.crossdock.inventory.v1.InventoryServiceGrpc;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A real gRPC server in the place of a hub: each call is answered, or fails, as a test says. */
public final class ScriptedHub implements AutoCloseable {

  /** What was asked, and the trace context that came with it. */
  public final List<Message> asked = new CopyOnWriteArrayList<>();

  final List<String> traceParents = new CopyOnWriteArrayList<>();
  private final Server server;
  private final int port;
  private volatile Function<Message, Message> script;

  /** Answers each request with what the script returns, or fails with what it throws. */
  public ScriptedHub(Function<Message, Message> script) throws IOException {
    this.script = script;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(
                new LoyaltyServiceGrpc.LoyaltyServiceImplBase() {
                  @Override
                  public void getBalance(
                      GetBalanceRequest request, StreamObserver<GetBalanceResponse> caller) {
                    answer(request, GetBalanceResponse.class, caller);
                  }
                })
            .addService(
                new InventoryServiceGrpc.InventoryServiceImplBase() {
                  @Override
                  public void getAvailability(
                      GetAvailabilityRequest request,
                      StreamObserver<GetAvailabilityResponse> caller) {
                    answer(request, GetAvailabilityResponse.class, caller);
                  }
                })
            .addService(
                new CustomerServiceGrpc.CustomerServiceImplBase() {
                  @Override
                  public void lookupCustomer(
                      LookupCustomerRequest request,
                      StreamObserver<LookupCustomerResponse> caller) {
                    answer(request, LookupCustomerResponse.class, caller);
                  }
                })
            .intercept(new TraceParents())
            .build()
            .start();
    this.port = server.getPort();
  }

  /** A message from its text form. */
  static <M extends Message> M message(Class<M> type, String text) {
    try {
      return TextFormat.parse(text, type);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What it does from now on. */
  void script(Function<Message, Message> next) {
    this.script = next;
  }

  /** Where it is. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private <A extends Message> void answer(
      Message request, Class<A> type, StreamObserver<A> caller) {
    asked.add(request);
    A answer;
    try {
      answer = type.cast(script.apply(request));
    } catch (RuntimeException e) {
      caller.onError(e);
      return;
    }
    caller.onNext(answer);
    caller.onCompleted();
  }

  private final class TraceParents implements ServerInterceptor {

    private static final Metadata.Key<String> TRACE_PARENT =
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String parent = headers.get(TRACE_PARENT);
      traceParents.add(parent == null ? "" : parent);
      return next.startCall(call, headers);
    }
  }
}
