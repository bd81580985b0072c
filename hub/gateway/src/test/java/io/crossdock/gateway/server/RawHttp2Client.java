package io.crossdock.gateway.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Speaks HTTP/2 without gRPC's manners: sends whatever bytes a test wants over one connection. */
final class RawHttp2Client implements AutoCloseable {

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel connection;

  RawHttp2Client(int port) {
    this.connection =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forClient()
                                .encoderIgnoreMaxHeaderListSize(true)
                                .build())
                        .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                  }
                })
            .connect("127.0.0.1", port)
            .syncUninterruptibly()
            .channel();
  }

  /** Whether the connection is still open. */
  boolean isOpen() {
    return connection.isActive();
  }

  /**
   * Sends one call and ends its stream.
   *
   * @param body bytes of the stream, framing included
   * @return trailers of the answer; {@code reset} under that name when the stream was reset instead
   */
  Map<String, String> call(String method, byte[] body, Map<String, String> metadata)
      throws Exception {
    Answer answer = new Answer();
    Http2StreamChannel stream =
        new Http2StreamChannelBootstrap(connection).handler(answer).open().sync().getNow();
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .scheme("http")
            .path("/" + method)
            .authority("localhost")
            .add("content-type", "application/grpc")
            .add("te", "trailers");
    metadata.forEach(headers::add);
    var _ = stream.write(new DefaultHttp2HeadersFrame(headers, false));
    var _ = stream.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), true));
    return answer.trailers.get(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    connection.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static final class Answer extends ChannelInboundHandlerAdapter {

    final CompletableFuture<Map<String, String>> trailers = new CompletableFuture<>();

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
      switch (frame) {
        case Http2HeadersFrame headers when headers.isEndStream() -> {
          Map<String, String> all = new java.util.HashMap<>();
          headers
              .headers()
              .forEach(entry -> all.put(entry.getKey().toString(), entry.getValue().toString()));
          trailers.complete(all);
        }
        case Http2DataFrame data -> {
          var _ = data.content();
        }
        default -> {
          // Settings and the like.
        }
      }
      ReferenceCountUtil.release(frame);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof Http2ResetFrame reset) {
        trailers.complete(Map.of("reset", Long.toString(reset.errorCode())));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      trailers.complete(Map.of("closed", ""));
    }
  }
}
