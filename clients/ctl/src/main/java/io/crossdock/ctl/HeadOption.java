package io.crossdock.ctl;

import com.google.protobuf.ByteString;
import io.crossdock.ops.v1.AuditHead;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The head of the audit chain as somebody noted it outside of the ledger. */
final class HeadOption {

  private static final Pattern HEAD = Pattern.compile("(\\d{1,18}):([0-9a-fA-F]{64})");

  @Option(
      names = "--head",
      paramLabel = "N:HASH",
      description =
          "Head of the audit chain as an earlier check, the hub's log or /metrics has it: the record"
              + " must still be there with that hash.")
  private @Nullable String head;

  HeadOption() {}

  void check(Function<String, ParameterException> mistake) {
    if (head != null && !HEAD.matcher(head).matches()) {
      throw mistake.apply("--head: " + head + " (expected: N:HASH, 64 hexadecimal digits)");
    }
  }

  Optional<AuditHead> head() {
    if (head == null) {
      return Optional.empty();
    }
    Matcher parts = HEAD.matcher(head);
    return parts.matches()
        ? Optional.of(
            AuditHead.newBuilder()
                .setSequence(Long.parseLong(parts.group(1)))
                .setHash(ByteString.copyFrom(HexFormat.of().parseHex(parts.group(2))))
                .build())
        : Optional.empty();
  }

  /** As the option takes it. */
  static String text(AuditHead head) {
    return head.getSequence() + ":" + HexFormat.of().formatHex(head.getHash().toByteArray());
  }
}
