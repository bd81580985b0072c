package io.crossdock.ctl;

import com.google.protobuf.Message;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.terminal.HubCommand;
import io.crossdock.terminal.Words;
import java.util.Locale;

/**
 * A command that asks the hub about itself.
 *
 * @param <A> the answer
 */
abstract class OpsCommand<A extends Message> extends HubCommand<A> {

  OpsCommand(String span) {
    super("crossdock-ctl", span, OpsServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected Words words() {
    return new Words(
        "The hub", "", "There is no such thing.", "The hub refuses these arguments as invalid.");
  }

  /** The name without {@code SCREAMING_PREFIX_}, in lower case. Example: {@code ready}. */
  static String word(Enum<?> value, String prefix) {
    String name =
        value.name().startsWith(prefix) ? value.name().substring(prefix.length()) : value.name();
    return name.equals("UNSPECIFIED") || name.equals("UNRECOGNIZED")
        ? "not known"
        : name.toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static String orDash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}
