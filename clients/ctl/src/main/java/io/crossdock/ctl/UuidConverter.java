package io.crossdock.ctl;

import java.util.UUID;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** UUIDs in their usual form; the library also takes shortened ones. */
final class UuidConverter implements ITypeConverter<UUID> {

  private static final Pattern FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  UuidConverter() {}

  @Override
  public UUID convert(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new TypeConversionException(text + " (expected: a UUID)");
    }
    return UUID.fromString(text);
  }
}
