package io.crossdock.ctl;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.crossdock.terminal.ExitCode;
import io.grpc.ServiceDescriptor;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;

/**
 * A command that lists what the hub knows: every page of it in one answer, as a table or as the
 * contract's message. An empty list ends with exit code 1.
 *
 * @param <A> the answer, a message with {@code next_page_token}
 * @param <T> an entry of the list
 */
abstract class ListCommand<A extends Message, T> extends OperatorCommand<A> {

  private static final int MOST_IN_PAGE = 200;
  private static final String TOKEN = "next_page_token";

  private final Class<A> type;
  private final Function<A, List<T>> entries;
  private final Columns<T> columns;

  /**
   * A page that is asked for.
   *
   * @param token empty for the first
   * @param size 0 leaves it to the hub
   */
  record Page(String token, int size) {}

  ListCommand(
      String span,
      ServiceDescriptor service,
      Class<A> type,
      Function<A, List<T>> entries,
      Columns<T> columns) {
    super(span, service);
    this.type = type;
    this.entries = entries;
    this.columns = columns;
  }

  /** Asks for one page. */
  abstract A page(Hub hub, Page page);

  /** How many entries are wanted; 0 for all. */
  int limit() {
    return 0;
  }

  /** How many there are in all; 0 when the answer does not say. */
  long total(A answer) {
    return 0;
  }

  @Override
  protected final A ask(Hub hub) {
    return all(type, entries, limit(), page -> page(hub, page));
  }

  @Override
  protected ExitCode exit(A answer) {
    return entries.apply(answer).isEmpty() ? ExitCode.NOT_FOUND : ExitCode.OK;
  }

  @Override
  protected final void print(A answer, PrintWriter out) {
    List<T> shown = entries.apply(answer);
    if (shown.isEmpty()) {
      out.println("none");
      return;
    }
    print(answer, shown, out);
    if (total(answer) > shown.size()) {
      out.printf("%s of %s; --limit N for more%n", number(shown.size()), number(total(answer)));
    } else if (!token(answer).isEmpty()) {
      out.printf("%s shown; --limit N for more%n", number(shown.size()));
    }
  }

  void print(A answer, List<T> shown, PrintWriter out) {
    columns.table(shown).print(out);
  }

  /** All pages as one answer, or the first of them; it has a token when there are more. */
  static <A extends Message, T> A all(
      Class<A> type, Function<A, List<T>> entries, int limit, Function<Page, A> ask) {
    A all = ask.apply(new Page("", size(limit, 0)));
    while (!token(all).isEmpty() && (limit == 0 || entries.apply(all).size() < limit)) {
      A next = ask.apply(new Page(token(all), size(limit, entries.apply(all).size())));
      Message.Builder both = all.toBuilder();
      both.clearField(field(all));
      all = type.cast(both.mergeFrom(next).build());
    }
    return all;
  }

  private static int size(int limit, int had) {
    return limit == 0 ? 0 : Math.min(MOST_IN_PAGE, limit - had);
  }

  private static String token(Message answer) {
    return (String) answer.getField(field(answer));
  }

  private static FieldDescriptor field(Message answer) {
    return answer.getDescriptorForType().findFieldByName(TOKEN);
  }
}
