package io.crossdock.drill.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * A line of the witness: an event was delivered. A process that is killed may leave the beginning
 * of a line; that is no line, because lines have an end mark, and the next one begins anew.
 *
 * @param eventId id of the event
 * @param key aggregate and key
 * @param sequence of the event
 */
public record WitnessLine(String eventId, String key, long sequence) {

  private static final String END = ".";

  /** As it is written, in one piece. */
  byte[] bytes() {
    return ("\n" + eventId + " " + sequence + " " + key + " " + END).getBytes(UTF_8);
  }

  /** Reads a line back; null when it is none. */
  public static @Nullable WitnessLine parse(String line) {
    String[] parts = line.split(" ", -1);
    if (parts.length != 4 || !parts[3].equals(END)) {
      return null;
    }
    return new WitnessLine(parts[0], parts[2], Long.parseLong(parts[1]));
  }
}
