package io.crossdock.runtime.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class LogLayoutTest {

  private static final String FORGED = "\"5\n2026-11-28T10:00:00.000Z ERROR i.c.Hub all is lost\r";
  private static final String ESCAPES = "\u001b[2J\u0007\u202Egnp.exe\u2028next";

  private final LogLayout layout = new LogLayout();

  @Test
  void writesKeysAndMessageOnALine() {
    LoggingEvent event = event("io.crossdock.hub.Hub", "call failed", null);
    event.addKeyValuePair(new KeyValuePair("reason", "NOT_FOUND"));
    event.addKeyValuePair(new KeyValuePair("duration_ms", 12));

    assertThat(layout.doLayout(event))
        .matches(
            "\\d{4}-\\d\\d-\\d\\dT[0-9:.]{12}Z WARN  i.c.h.Hub reason=\"NOT_FOUND\""
                + " duration_ms=\"12\" call failed\n");
  }

  @Test
  void writesAnObjectOnALineWhenAskedForJson() {
    layout.setFormat("json");
    LoggingEvent event = event("io.crossdock.hub.Hub", "a \"call\"\nfailed", new Error("why"));
    event.addKeyValuePair(new KeyValuePair("duration_ms", 12));

    String line = layout.doLayout(event);

    assertThat(line).startsWith("{\"time\":\"").endsWith("}\n").containsOnlyOnce("\n");
    assertThat(line)
        .contains("\"logger\":\"io.crossdock.hub.Hub\",\"duration_ms\":12,")
        .contains("\"message\":\"a \\\"call\\\"\\nfailed\"")
        .contains("\"exception\":\"java.lang.Error: why\\n");
  }

  @Test
  void keepsTextFromOutsideFromLookingLikeAnEntry() {
    LoggingEvent event = event("io.crossdock.hub.Hub", FORGED, new Error(FORGED));
    event.addKeyValuePair(new KeyValuePair("principal", FORGED));

    assertThat(layout.doLayout(event).lines().skip(1)).allMatch(line -> line.startsWith("    "));
  }

  @Test
  void writesNoControlCharacters() {
    for (String format : List.of("text", "json")) {
      layout.setFormat(format);
      LoggingEvent event = event("io.crossdock.hub.Hub", ESCAPES, new Error(ESCAPES));
      event.addKeyValuePair(new KeyValuePair("principal", ESCAPES));

      assertThat(layout.doLayout(event))
          .doesNotContainPattern("[\\p{Cntrl}&&[^\\n]]|[\\u202A-\\u202E\\u2028]")
          .contains("gnp.exe");
    }
  }

  @Test
  void writesNoStackOfWhatAPeerDid() {
    Error error = new Error("bad timeout");

    assertThat(layout.doLayout(event("io.grpc.netty.NettyServerHandler", "failed", error)))
        .contains("java.lang.Error: bad timeout")
        .hasLineCount(2);
    assertThat(layout.doLayout(event("io.crossdock.hub.Hub", "failed", error)))
        .contains("at io.crossdock.runtime.logging.LogLayoutTest");
  }

  @Test
  void boundsTheLengthOfAnEntry() {
    String endless = "x".repeat(1_000_000);

    assertThat(layout.doLayout(event("a.B", endless, new Error(endless))))
        .hasSizeLessThan(LogLayout.MOST_TEXT + 20_000)
        .contains("... 983616 characters more");
  }

  @Test
  void writesNoPassword() {
    assertThat(layout.doLayout(event("a.B", "jdbc:postgresql://db/x?password=hunter2", null)))
        .contains("password=***");
  }

  private static LoggingEvent event(String logger, String message, @Nullable Throwable thrown) {
    return new LoggingEvent(
        "test", new LoggerContext().getLogger(logger), Level.WARN, message, thrown, new Object[0]);
  }
}
