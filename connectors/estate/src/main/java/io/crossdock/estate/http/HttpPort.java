package io.crossdock.estate.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The open port and its connections.
 *
 * <p>Netty and not the JDK's server, because the estate exists to misbehave: a late or hanging
 * answer costs a timer and not a thread, a caller that leaves is noticed, and a connection can be
 * reset.
 */
public final class HttpPort implements AutoCloseable {

  private static final int BACKLOG = 1024;
  // An OData filter over a hundred materials is part of the request line.
  private static final int MAX_LINE = 32_768;
  private static final int MAX_HEADERS = 16_384;
  private static final int MAX_CHUNK = 8192;

  private final EventLoopGroup loops;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel server;

  /**
   * Opens the port.
   *
   * @throws IOException when it cannot be opened
   */
  public HttpPort(InetSocketAddress where, Supplier<HttpConnection> handlers) throws IOException {
    loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("estate", true),
            NioIoHandler.newFactory());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    connections.add(channel);
                    HttpConnection connection = handlers.get();
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(MAX_LINE, MAX_HEADERS, MAX_CHUNK),
                            connection.bodies(),
                            connection);
                  }
                })
            .bind(where)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      stopLoops();
      throw new IOException(where + ": " + bound.cause().getMessage(), bound.cause());
    }
    server = bound.channel();
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  @Override
  public void close() {
    server.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
    stopLoops();
  }

  private void stopLoops() {
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
