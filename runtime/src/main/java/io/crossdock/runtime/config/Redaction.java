package io.crossdock.runtime.config;

import java.util.regex.Pattern;

/**
 * Takes passwords out of texts that hold addresses, such as a JDBC URL in a configuration or in a
 * driver's message. What is no password stays, so that an operator still recognises the address.
 */
public final class Redaction {

  // user:password@ after the scheme's slashes.
  private static final Pattern USER_INFO = Pattern.compile("(//[^\\s/@:?#]*):[^\\s/?#]*@");
  // password=, sslpassword=, pass=, pwd=, secret= and token= up to the next parameter.
  private static final Pattern PARAMETER =
      Pattern.compile(
          "((?:password|passwd|pwd|secret|token|passphrase)\\s*=\\s*)(\"[^\"]*\"|'[^']*'|[^\\s&;,]*)",
          Pattern.CASE_INSENSITIVE);

  private Redaction() {}

  /** The text with {@code ***} in the place of every password. */
  public static String withoutPasswords(String text) {
    String shown = USER_INFO.matcher(text).replaceAll("$1:" + Secrets.HIDDEN + "@");
    return PARAMETER.matcher(shown).replaceAll("$1" + Secrets.HIDDEN);
  }
}
