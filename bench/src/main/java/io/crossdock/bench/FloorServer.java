package io.crossdock.bench;

import io.crossdock.loyalty.v1.Balance;
import io.crossdock.loyalty.v1.GetBalanceRequest;
import io.crossdock.loyalty.v1.GetBalanceResponse;
import io.crossdock.loyalty.v1.ListEntriesRequest;
import io.crossdock.loyalty.v1.ListEntriesResponse;
import io.crossdock.loyalty.v1.LoyaltyServiceGrpc;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * The least that a gRPC server in Java can cost: generated stub, direct executor, an answer of 40
 * bytes that is ready. It is the floor of the ratios and the backend behind hub and proxies.
 */
public final class FloorServer {

  private static final int ANSWER_BYTES = 40;

  private FloorServer() {}

  /** Serves until the process is killed; the first argument is the port. */
  @SuppressWarnings("SystemOut") // the line tells the driver that it can begin
  public static void main(String[] args) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])))
            .directExecutor()
            .addService(new Ready())
            .build()
            .start();
    System.out.println("floor ready");
    server.awaitTermination();
  }

  private static final class Ready extends LoyaltyServiceGrpc.LoyaltyServiceImplBase {

    private final GetBalanceResponse balance =
        GetBalanceResponse.newBuilder()
            .setBalance(Balance.newBuilder().setMemberId("M".repeat(ANSWER_BYTES - 4)))
            .build();
    private final ListEntriesResponse entries =
        ListEntriesResponse.newBuilder().setNextPageToken("T".repeat(ANSWER_BYTES - 2)).build();

    @Override
    public void getBalance(GetBalanceRequest request, StreamObserver<GetBalanceResponse> answer) {
      answer.onNext(balance);
      answer.onCompleted();
    }

    @Override
    public void listEntries(
        ListEntriesRequest request, StreamObserver<ListEntriesResponse> answer) {
      answer.onNext(entries);
      answer.onCompleted();
    }
  }
}
