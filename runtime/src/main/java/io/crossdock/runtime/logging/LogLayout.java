package io.crossdock.runtime.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import io.crossdock.runtime.config.Redaction;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Writes an entry of the log, as a line of text or, with the format {@code json}, as an object on a
 * line.
 *
 * <p>What comes from outside cannot look like an entry of its own: control characters are replaced,
 * and further lines of a text entry are indented. A text is cut after {@value #MOST_TEXT}
 * characters, a stack trace after {@value #MOST_FRAMES} frames. Libraries that log what a peer did
 * write no stack trace, only what happened: a stranger must not be able to fill the disk.
 */
public final class LogLayout extends LayoutBase<ILoggingEvent> {

  static final int MOST_TEXT = 16_384;
  static final int MOST_FRAMES = 40;

  private static final int MOST_CAUSES = 5;
  private static final int MOST_MESSAGE = 1_024;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final List<String> ABOUT_PEERS =
      List.of("io.grpc.", "io.netty.", "io.opentelemetry.", "org.apache.kafka.");

  private String format = "text";

  /** For Logback. */
  public LogLayout() {}

  /** Sets the format: {@code json}; anything else is text. */
  public void setFormat(String format) {
    this.format = format;
  }

  @Override
  public String doLayout(ILoggingEvent event) {
    return format.equalsIgnoreCase("json") ? json(event) : text(event);
  }

  private static String text(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    line.append(time(event))
        .append(' ')
        .append(String.format(Locale.ROOT, "%-5s", event.getLevel()))
        .append(' ')
        .append(shortName(event.getLoggerName()))
        .append(' ');
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        line.append(pair.key)
            .append("=\"")
            .append(indented(String.valueOf(pair.value)))
            .append("\" ");
      }
    }
    line.append(indented(event.getFormattedMessage()));
    if (event.getThrowableProxy() != null) {
      line.append("\n    ").append(indented(throwable(event)));
    }
    return line.append('\n').toString();
  }

  private static String json(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(240).append('{');
    field(line, "time", time(event));
    field(line.append(','), "level", event.getLevel().toString());
    field(line.append(','), "logger", event.getLoggerName());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        line.append(',');
        if (pair.value instanceof Long || pair.value instanceof Integer) {
          quote(line, pair.key);
          line.append(':').append(pair.value);
        } else {
          field(line, pair.key, clean(String.valueOf(pair.value)));
        }
      }
    }
    field(line.append(','), "message", clean(String.valueOf(event.getFormattedMessage())));
    if (event.getThrowableProxy() != null) {
      field(line.append(','), "exception", clean(throwable(event)));
    }
    return line.append("}\n").toString();
  }

  private static String time(ILoggingEvent event) {
    return TIME.format(Instant.ofEpochMilli(event.getTimeStamp()));
  }

  // io.crossdock.hub.Hub as i.c.h.Hub.
  private static String shortName(String logger) {
    StringBuilder name = new StringBuilder();
    String[] parts = logger.split("\\.", -1);
    for (int i = 0; i < parts.length - 1; i++) {
      name.append(parts[i], 0, Math.min(1, parts[i].length())).append('.');
    }
    return name.append(parts[parts.length - 1]).toString();
  }

  private static String throwable(ILoggingEvent event) {
    boolean aboutPeers = ABOUT_PEERS.stream().anyMatch(event.getLoggerName()::startsWith);
    StringBuilder text = new StringBuilder();
    IThrowableProxy each = event.getThrowableProxy();
    for (int i = 0; each != null && i < MOST_CAUSES; i++, each = each.getCause()) {
      text.append(i == 0 ? "" : "\nCaused by: ").append(each.getClassName());
      if (each.getMessage() != null) {
        text.append(": ").append(cut(each.getMessage(), MOST_MESSAGE));
      }
      if (!aboutPeers) {
        frames(text, each.getStackTraceElementProxyArray());
      }
    }
    return text.toString();
  }

  private static void frames(StringBuilder text, StackTraceElementProxy @Nullable [] frames) {
    if (frames == null) {
      return;
    }
    int written = Math.min(frames.length, MOST_FRAMES);
    for (int i = 0; i < written; i++) {
      text.append("\n  ").append(frames[i].getSTEAsString());
    }
    if (frames.length > written) {
      text.append("\n  ... ").append(frames.length - written).append(" more");
    }
  }

  private static String indented(@Nullable String text) {
    return clean(String.valueOf(text)).replace("\n", "\n    ");
  }

  /** The text cut to its bound, without passwords and without control characters but line ends. */
  private static String clean(String text) {
    String shown = Redaction.withoutPasswords(cut(text, MOST_TEXT));
    StringBuilder clean = new StringBuilder(shown.length());
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      if (c == '\r') {
        clean.append(i + 1 < shown.length() && shown.charAt(i + 1) == '\n' ? "" : "\n");
      } else if (c == '\u0085' || c == '\u2028' || c == '\u2029') {
        clean.append('\n');
      } else if (c == '\t') {
        clean.append(' ');
      } else {
        clean.append(c == '\n' || !isControl(c) ? c : '?');
      }
    }
    return clean.toString();
  }

  // Also what turns the direction of writing round, which can make a line read as another.
  private static boolean isControl(char c) {
    return Character.isISOControl(c)
        || (c >= '\u202A' && c <= '\u202E')
        || (c >= '\u2066' && c <= '\u2069');
  }

  private static String cut(String text, int most) {
    return text.length() <= most
        ? text
        : text.substring(0, most) + "... " + (text.length() - most) + " characters more";
  }

  private static void field(StringBuilder json, String name, String value) {
    quote(json, name);
    json.append(':');
    quote(json, value);
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> json.append('\\').append(c);
        case '\n' -> json.append("\\n");
        default -> {
          if (c < ' ') {
            json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
