package io.crossdock.drill.node;

import io.crossdock.ledger.consumer.Effect;
import io.crossdock.ledger.event.StoredEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Adds a line to a file for every delivery. All hubs of a drill add to the same file; what was
 * written is there for others at once and outlives the process.
 */
final class Witness implements Effect.Outward {

  private final FileChannel file;

  Witness(Path path) throws IOException {
    this.file =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  @Override
  public void apply(StoredEvent event) throws IOException {
    byte[] line =
        new WitnessLine(
                event.envelope().getEventId(),
                event.aggregate() + "/" + event.envelope().getKey(),
                event.envelope().getSequence())
            .bytes();
    if (file.write(ByteBuffer.wrap(line)) != line.length) {
      throw new IOException("the witness's line was cut short");
    }
  }
}
