package io.crossdock.contract;

import build.buf.validate.BytesRules;
import build.buf.validate.StringRules;

/** Whether rules bound the length of a text or a byte string. */
final class LengthBound {

  private LengthBound() {}

  static boolean of(StringRules rules) {
    return isBound(rules.hasMaxLen(), rules.getMaxLen())
        || isBound(rules.hasMaxBytes(), rules.getMaxBytes())
        || isBound(rules.hasLen(), rules.getLen())
        || isBound(rules.hasLenBytes(), rules.getLenBytes())
        || rules.hasConst()
        || rules.getInCount() > 0
        || isFiniteFormat(rules)
        || (rules.hasPattern() && isFinite(rules.getPattern()));
  }

  static boolean of(BytesRules rules) {
    return isBound(rules.hasMaxLen(), rules.getMaxLen())
        || isBound(rules.hasLen(), rules.getLen())
        || rules.hasConst()
        || rules.getInCount() > 0
        || rules.getIp()
        || rules.getIpv4()
        || rules.getIpv6();
  }

  private static boolean isBound(boolean stated, long length) {
    return stated && length >= 0 && length <= BoundRules.MOST_LENGTH;
  }

  /** Formats with a longest text; an e-mail address, a URI or an IPv6 zone may have any length. */
  private static boolean isFiniteFormat(StringRules rules) {
    return switch (rules.getWellKnownCase()) {
      case UUID, TUUID, HOSTNAME, IPV4, IPV4_WITH_PREFIXLEN, IPV4_PREFIX -> isOn(rules);
      default -> false;
    };
  }

  private static boolean isOn(StringRules rules) {
    return rules.getUuid()
        || rules.getTuuid()
        || rules.getHostname()
        || rules.getIpv4()
        || rules.getIpv4WithPrefixlen()
        || rules.getIpv4Prefix();
  }

  /**
   * Whether only texts of a finite length match: anchored at both ends, with no repetition that has
   * no end. A pattern that this reading does not understand counts as endless.
   */
  static boolean isFinite(String pattern) {
    if (!pattern.startsWith("^") || !(pattern.endsWith("$") || pattern.endsWith("\\z"))) {
      return false;
    }
    int depth = 0;
    boolean inClass = false;
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c == '\\') {
        i++;
        if (i < pattern.length() && pattern.charAt(i) == 'Q') {
          return false;
        }
      } else if (inClass) {
        inClass = c != ']' || pattern.charAt(i - 1) == '[' || pattern.startsWith("[^", i - 2);
      } else {
        switch (c) {
          case '[' -> inClass = true;
          case '(' -> depth++;
          case ')' -> depth--;
          case '*', '+' -> {
            return false;
          }
          case '|' -> {
            // ^a|b$ is anchored on one side only in each branch.
            if (depth == 0) {
              return false;
            }
          }
          case '{' -> {
            int end = pattern.indexOf('}', i);
            if (end < 0 || pattern.charAt(end - 1) == ',') {
              return false;
            }
            i = end;
          }
          default -> {}
        }
      }
    }
    return !pattern.endsWith("\\$");
  }
}
