package io.crossdock.terminal;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Text from elsewhere as a terminal may safely show it. A control character, or a mark that
 * reverses the direction of text, is written out as an escape, so that nobody who names a member or
 * an event moves the cursor, recolours the screen or forges a line.
 */
public final class Printable {

  private Printable() {}

  /** One line: line breaks and tabs are written out as well. */
  public static String line(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isUnsafe(text.charAt(i))) {
        return escaped(text);
      }
    }
    return text;
  }

  /** A writer on which line breaks and tabs pass and nothing else that is unsafe does. */
  static PrintWriter guard(PrintWriter to) {
    return new Guarded(to);
  }

  private static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      appendSafe(text.charAt(i), safe);
    }
    return safe.toString();
  }

  private static void appendSafe(char c, StringBuilder safe) {
    if (isUnsafe(c)) {
      safe.append("\\u");
      for (int shift = 12; shift >= 0; shift -= 4) {
        safe.append(Character.forDigit(c >> shift & 0xF, 16));
      }
    } else {
      safe.append(c);
    }
  }

  private static boolean isUnsafe(char c) {
    return Character.isISOControl(c)
        || (c >= '\u202a' && c <= '\u202e')
        || (c >= '\u2066' && c <= '\u2069')
        || c == '\u200e'
        || c == '\u200f'
        || c == '\u2028'
        || c == '\u2029';
  }

  private static final class Guarded extends PrintWriter {

    private final PrintWriter to;

    Guarded(PrintWriter to) {
      super(new Escaping(to), true);
      this.to = to;
    }

    // The writer behind swallows its failures, too.
    @Override
    public boolean checkError() {
      return super.checkError() || to.checkError();
    }
  }

  private static final class Escaping extends FilterWriter {

    private static final String LINE_BREAKS = "\n\r\t";

    Escaping(Writer to) {
      super(to);
    }

    @Override
    public void write(int c) throws IOException {
      write(String.valueOf((char) c), 0, 1);
    }

    @Override
    public void write(char[] text, int from, int length) throws IOException {
      write(new String(text, from, length), 0, length);
    }

    @Override
    public void write(String text, int from, int length) throws IOException {
      StringBuilder safe = new StringBuilder(length);
      for (int i = from; i < from + length; i++) {
        char c = text.charAt(i);
        if (LINE_BREAKS.indexOf(c) >= 0) {
          safe.append(c);
        } else {
          appendSafe(c, safe);
        }
      }
      out.append(safe);
    }
  }
}
