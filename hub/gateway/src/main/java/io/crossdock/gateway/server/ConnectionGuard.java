package io.crossdock.gateway.server;

import io.crossdock.gateway.pipeline.ConnectionMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches one connection of a caller: what it holds of the hub's memory, and how many frames it
 * sends that ask for no work. A connection that asks for more than its share is cut off: it gets a
 * GOAWAY with the cause, and its calls are cancelled.
 *
 * <p>Sees plaintext frames, so it has to come behind TLS. Belongs to the connection's event loop.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  // How much data may come until what no call has read yet is added up again.
  private static final long LOOK_AGAIN_BYTES = 64 << 10;
  private static final int MAX_INT_FRAME = 17;

  /** Why a connection is cut off. */
  enum Cause {
    MEMORY("it holds too much memory"),
    RESETS("it resets too many streams"),
    CONTROL_FRAMES("it sends too many frames that ask for nothing"),
    CONNECTIONS("there are too many connections");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    /** The rest of a sentence about a connection. */
    String text() {
      return text;
    }
  }

  private final CallerConnections connections;
  private final FrameCounter frames = new FrameCounter();
  private long windowNanos = System.nanoTime();
  private boolean leaving;
  private long unread;
  private @Nullable ConnectionMemory memory;
  private @Nullable Http2Connection http2;

  ConnectionGuard(CallerConnections connections) {
    this.connections = connections;
  }

  /** The account of the connection; null before it is open. */
  @Nullable ConnectionMemory memory() {
    return memory;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    memory = connections.opened(context.channel(), this, () -> leave(context, Cause.MEMORY));
    context.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ConnectionMemory account = memory;
    // Its calls end first, and give back what they hold.
    context.fireChannelInactive();
    if (account != null) {
      account.close();
      connections.closed(context.channel());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (leaving) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof ByteBuf bytes) {
      frames.count(bytes);
      if (frames.control() > connections.maxControlFrames()
          || frames.resets() > connections.maxResets()) {
        judge(context);
      }
    }
    context.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.fireChannelReadComplete();
    ConnectionMemory account = memory;
    if (account == null || leaving) {
      return;
    }
    if (unread > 0 || frames.dataBytes() >= LOOK_AGAIN_BYTES) {
      var _ = frames.takeDataBytes();
      unread = unread(context);
      account.unreadBytes(unread);
    }
    if (!context.channel().isWritable()) {
      account.unsentBytes(unsent(context.channel()));
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    ConnectionMemory account = memory;
    if (account != null && !leaving) {
      account.unsentBytes(unsent(context.channel()));
    }
    context.fireChannelWritabilityChanged();
  }

  // A figure is over its limit; whether it got there too fast is seen only now.
  private void judge(ChannelHandlerContext context) {
    long now = System.nanoTime();
    if (now - windowNanos < WINDOW_NANOS) {
      leave(
          context, frames.resets() > connections.maxResets() ? Cause.RESETS : Cause.CONTROL_FRAMES);
    } else {
      windowNanos = now;
      frames.restart();
    }
  }

  private void leave(ChannelHandlerContext context, Cause cause) {
    if (leaving) {
      return;
    }
    leaving = true;
    connections.cutOff(context.channel(), cause, memory == null ? 0 : memory.held());
    // Not at once: a frame may be half written.
    context
        .executor()
        .execute(() -> {
          var _ = context.writeAndFlush(goAway(context, cause));
          var _ = context.close();
        });
  }

  private ByteBuf goAway(ChannelHandlerContext context, Cause cause) {
    byte[] why = ("Cut off: " + cause.text() + ".").getBytes(StandardCharsets.US_ASCII);
    return context
        .alloc()
        .buffer(MAX_INT_FRAME + why.length)
        .writeMedium(8 + why.length)
        .writeByte(7)
        .writeByte(0)
        .writeInt(0)
        .writeInt(frames.lastStream())
        .writeInt((int) Http2Error.ENHANCE_YOUR_CALM.code())
        .writeBytes(why);
  }

  private long unread(ChannelHandlerContext context) {
    Http2Connection connection = http2;
    if (connection == null) {
      Http2ConnectionHandler handler = context.pipeline().get(Http2ConnectionHandler.class);
      if (handler == null) {
        return 0;
      }
      connection = handler.connection();
      http2 = connection;
    }
    Http2LocalFlowController flow = connection.local().flowController();
    long[] unread = {0};
    try {
      connection.forEachActiveStream(stream -> {
        unread[0] += flow.unconsumedBytes(stream);
        return true;
      });
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
    return unread[0];
  }

  private static long unsent(Channel channel) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }
}
