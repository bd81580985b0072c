package io.crossdock.runtime.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.crossdock.policy.v1.DataClass;
import io.crossdock.policy.v1.PolicyProto;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows what of a configuration must not be shown: every text that came from a reference, and the
 * fields whose data class is SENSITIVE.
 */
final class Secrets {

  static final String HIDDEN = "***";

  // A message does not say where its texts came from, and it is rebuilt when defaults are filled
  // in.
  private static final Set<String> RESOLVED = ConcurrentHashMap.newKeySet();

  private Secrets() {}

  static boolean isSensitive(FieldDescriptor field) {
    return field.getOptions().getExtension(PolicyProto.field).getDataClass()
        == DataClass.DATA_CLASS_SENSITIVE;
  }

  /** Remembers a text that came from a reference, for as long as the process lives. */
  static void remember(String resolved) {
    if (!resolved.isEmpty()) {
      RESOLVED.add(resolved);
    }
  }

  /** What to show in the place of a text that is known to be secret. */
  static Optional<String> inPlaceOf(Object value) {
    return value instanceof String text && RESOLVED.contains(text)
        ? Optional.of(HIDDEN)
        : Optional.empty();
  }
}
