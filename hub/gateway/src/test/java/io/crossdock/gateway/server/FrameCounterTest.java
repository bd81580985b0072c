package io.crossdock.gateway.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameCounterTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 10, 64, 100_000})
  void countsFramesHoweverTheyArrive(int piece) {
    ByteBuf bytes = Unpooled.buffer();
    bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
    frame(bytes, 4, 0, 0, 6);
    frame(bytes, 1, 4, 3, 300);
    frame(bytes, 0, 0, 3, 70_000);
    frame(bytes, 0, 0, 3, 0);
    frame(bytes, 0, 1, 3, 0);
    frame(bytes, 3, 0, 3, 4);
    frame(bytes, 0x42, 0, 0, 0);
    FrameCounter counter = new FrameCounter();

    while (bytes.isReadable()) {
      counter.count(bytes.readSlice(Math.min(piece, bytes.readableBytes())));
    }

    assertThat(counter.control()).isEqualTo(4);
    assertThat(counter.resets()).isEqualTo(1);
    assertThat(counter.lastStream()).isEqualTo(3);
    assertThat(counter.dataBytes()).isEqualTo(70_000);
    assertThat(counter.takeDataBytes()).isEqualTo(70_000);
    assertThat(counter.dataBytes()).isZero();
    counter.restart();
    assertThat(counter.control() + counter.resets()).isZero();
  }

  private static void frame(ByteBuf to, int type, int flags, int stream, int length) {
    to.writeMedium(length).writeByte(type).writeByte(flags).writeInt(stream).writeZero(length);
  }
}
