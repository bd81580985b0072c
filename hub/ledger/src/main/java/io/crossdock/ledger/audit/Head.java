package io.crossdock.ledger.audit;

import com.google.protobuf.ByteString;
import io.crossdock.ops.v1.AuditHead;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last record of the audit chain at some moment. Noted outside of the ledger it shows later
 * that the newest records were removed, or the whole chain made anew: a chain that ends earlier, or
 * has another hash there, is not the same chain.
 *
 * @param sequence number of the record; 0 when there is none
 * @param hash its hash in hexadecimal
 */
public record Head(long sequence, String hash) {

  /** Of a chain without records. */
  public static final Head NONE = new Head(0, "00".repeat(Chain.HASH_BYTES));

  private static final Pattern TEXT = Pattern.compile("(\\d{1,18}):([0-9a-fA-F]{64})");

  /** Reads what {@link #toString} writes; empty when it is something else. */
  public static Optional<Head> parse(String text) {
    Matcher head = TEXT.matcher(text.strip());
    return head.matches()
        ? Optional.of(
            new Head(Long.parseLong(head.group(1)), head.group(2).toLowerCase(Locale.ROOT)))
        : Optional.empty();
  }

  /** As it comes with a request. */
  public static Head of(AuditHead head) {
    return new Head(head.getSequence(), HexFormat.of().formatHex(head.getHash().toByteArray()));
  }

  /** As it goes with an answer. */
  public AuditHead toProto() {
    return AuditHead.newBuilder()
        .setSequence(sequence)
        .setHash(ByteString.copyFrom(HexFormat.of().parseHex(hash)))
        .build();
  }

  /** Example: {@code 90211:5f0c…}. */
  @Override
  public String toString() {
    return sequence + ":" + hash;
  }
}
