package io.crossdock.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whichever way gRPC reads a message, it reads the body and then the tail. */
final class MarshallersTest {

  @Property(tries = 500, seed = "20261121")
  void givesBodyAndTailInOnePiece(
      @ForAll @Size(max = 20) byte[] body, @ForAll @Size(max = 20) byte[] tail) throws Exception {
    byte[] whole = WireCorpus.joined(body, tail);
    ByteArrayOutputStream drained = new ByteArrayOutputStream();

    InputStream stream = Marshallers.PAYLOAD.stream(new Payload(body, tail));

    assertThat(stream).isInstanceOf(KnownLength.class);
    assertThat(stream.available()).isEqualTo(whole.length);
    assertThat(((Drainable) stream).drainTo(drained)).isEqualTo(whole.length);
    assertThat(drained.toByteArray()).isEqualTo(whole);
    assertThat(stream.read()).isEqualTo(-1);
    assertThat(Marshallers.PAYLOAD.parse(Marshallers.BYTES.stream(whole)).body()).isEqualTo(whole);
  }

  @Property(tries = 1_000, seed = "20261121")
  void givesTheSameInPieces(
      @ForAll @Size(max = 20) byte[] body,
      @ForAll @Size(max = 20) byte[] tail,
      @ForAll @Size(max = 10) List<@IntRange(min = 0, max = 9) Integer> pieces)
      throws Exception {
    byte[] whole = WireCorpus.joined(body, tail);
    ByteArrayOutputStream read = new ByteArrayOutputStream();

    InputStream stream = Marshallers.PAYLOAD.stream(new Payload(body, tail));
    for (int length : pieces) {
      if (length == 1) {
        int one = stream.read();
        if (one >= 0) {
          read.write(one);
        }
      } else {
        byte[] into = new byte[12];
        int count = stream.read(into, 2, length);
        assertThat(count).isLessThanOrEqualTo(length);
        read.write(into, 2, Math.max(0, count));
      }
      assertThat(stream.available()).isEqualTo(whole.length - read.size());
    }
    int before = read.size();
    int drained = ((Drainable) stream).drainTo(read);

    assertThat(drained).isEqualTo(whole.length - before);
    assertThat(read.toByteArray()).isEqualTo(whole);
  }

  @Example
  void readsAStreamOfUnknownLength() {
    byte[] message = {1, 2, 3};

    byte[] parsed = Marshallers.BYTES.parse(new ByteArrayInputStream(message));

    assertThat(parsed).isEqualTo(message);
  }
}
