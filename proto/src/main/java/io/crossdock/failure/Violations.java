package io.crossdock.failure;

import build.buf.protovalidate.Violation;
import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import java.util.List;

/** The rules that a message breaks, from protovalidate's form into that of a {@link Failure}. */
public final class Violations {

  private Violations() {}

  /**
   * The same failure with the first {@link Failure#MOST_DETAILS} violations; how many more there
   * are goes into the metadata as {@code more_violations}.
   */
  public static Failure add(Failure failure, List<Failure.Violation> found) {
    Failure with = failure.withViolations(found.stream().limit(Failure.MOST_DETAILS).toList());
    int more = found.size() - with.violations().size();
    return more == 0 ? with : with.with(DetailLimits.MORE_VIOLATIONS, Integer.toString(more));
  }

  /** A violation as a failure has it. No text quotes a value of the message. */
  public static Failure.Violation of(Violation violation) {
    build.buf.validate.Violation proto = violation.toProto();
    return new Failure.Violation(path(proto.getField()), proto.getRuleId(), proto.getMessage());
  }

  private static String path(FieldPath field) {
    StringBuilder path = new StringBuilder();
    for (FieldPathElement element : field.getElementsList()) {
      if (!path.isEmpty()) {
        path.append('.');
      }
      path.append(element.getFieldName());
      if (element.hasIndex()) {
        path.append('[').append(element.getIndex()).append(']');
      }
    }
    return path.toString();
  }
}
