package io.crossdock.runtime.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ImplicitTuple;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Turns a text into YAML nodes. An alias stays a scalar of its own with a tag that nothing else
 * has, so that it can be refused where it stands; nesting is bounded.
 */
final class YamlNodes {

  /** The tag of a scalar that stands for an alias. */
  static final String ALIAS = "!alias";

  private static final int DEEPEST = 64;

  private YamlNodes() {}

  /** The one document in a text; empty when there is none. */
  static Optional<Node> compose(String text, String label) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(label).setAllowNonScalarKeys(true).build();
    Parser parser = new ParserImpl(settings, new StreamReader(settings, text));
    return new Composer(settings, new Guard(parser)).getSingleNode();
  }

  private static final class Guard implements Parser {

    private final Parser parser;
    private int depth;

    Guard(Parser parser) {
      this.parser = parser;
    }

    @Override
    public boolean checkEvent(Event.ID id) {
      return peekEvent().getEventId() == id;
    }

    @Override
    public Event peekEvent() {
      return guarded(parser.peekEvent());
    }

    @Override
    public boolean hasNext() {
      return parser.hasNext();
    }

    @Override
    public Event next() {
      Event event = parser.next();
      switch (event.getEventId()) {
        case MappingStart, SequenceStart -> {
          if (++depth > DEEPEST) {
            throw new ParserException("nested too deeply", event.getStartMark());
          }
        }
        case MappingEnd, SequenceEnd -> depth--;
        default -> {
          // Opens and closes nothing.
        }
      }
      return guarded(event);
    }

    private static Event guarded(Event event) {
      return event instanceof AliasEvent alias
          ? new ScalarEvent(
              Optional.empty(),
              Optional.of(ALIAS),
              new ImplicitTuple(false, false),
              "*" + alias.getAlias(),
              ScalarStyle.PLAIN,
              alias.getStartMark(),
              alias.getEndMark())
          : event;
    }
  }
}
