package io.crossdock.contracts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of {@code docs/decisions} that says why the contracts may break somebody. */
final class DecisionPage {

  private static final List<String> SECTIONS = List.of("Context", "Decision", "Consequences");
  private static final int FEWEST_WORDS = 15;

  /** What {@code build/move-baseline} adds to a page. */
  private static final String MOVED = "Baseline of the contracts from here on:";

  private static final Pattern WORD = Pattern.compile("\\p{L}{2,}");

  private final String text;

  private DecisionPage(String text) {
    this.text = text;
  }

  static DecisionPage read(Path file) throws IOException {
    return of(Files.readString(file));
  }

  static DecisionPage of(String text) {
    return new DecisionPage(text);
  }

  /** What the page lacks before it can justify these changes; empty when nothing. */
  List<String> lacks(Collection<PolicyChange> changes) {
    List<String> lacks = new ArrayList<>();
    if (text.contains(MOVED)) {
      lacks.add("it has moved the baseline before; another change needs a page of its own");
    }
    for (String section : SECTIONS) {
      long words = WORD.matcher(section(section)).results().limit(FEWEST_WORDS).count();
      if (words < FEWEST_WORDS) {
        lacks.add("the section \"" + section + "\" says nothing");
      }
    }
    changes.stream()
        .map(PolicyChange::elementName)
        .distinct()
        .filter(element -> !names(element))
        .forEach(element -> lacks.add("it does not name " + element));
    return lacks;
  }

  /**
   * Whether the page names an element: by its full name, by that of the message or service it
   * belongs to, by the last two parts of its name, or together with all of its package ({@code
   * crossdock.order.v1.*}).
   */
  private boolean names(String element) {
    String[] parts = element.split("\\.", -1);
    int last = parts.length;
    String holder = element.substring(0, element.lastIndexOf('.'));
    String own = last > 1 ? parts[last - 2] + "." + parts[last - 1] : element;
    String packageName = parts[0] + "." + parts[1] + "." + parts[2];
    return mentions(element)
        || (!holder.equals(packageName) && mentions(holder))
        || (!holder.equals(packageName) && mentions(own))
        || text.contains(packageName + ".*");
  }

  private boolean mentions(String name) {
    return Pattern.compile("(?<![\\w.])" + Pattern.quote(name) + "(?!\\w|\\.\\w)")
        .matcher(text)
        .find();
  }

  private String section(String name) {
    Matcher matcher =
        Pattern.compile(
                "^## " + name + "\\s*$(.*?)(?=^## |\\z)", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }
}
