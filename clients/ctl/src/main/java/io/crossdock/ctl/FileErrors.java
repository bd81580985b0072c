package io.crossdock.ctl;

import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says what is wrong with a file; many exceptions carry nothing but its name. */
final class FileErrors {

  private FileErrors() {}

  static String of(IOException trouble) {
    return switch (trouble) {
      case NoSuchFileException _ -> "no such file";
      case AccessDeniedException _ -> "permission denied";
      case CharacterCodingException _ -> "not UTF-8";
      case FileSystemException file when file.getReason() != null -> file.getReason();
      default -> String.valueOf(trouble.getMessage());
    };
  }

  /** Without the name of an exception, and without the library's advice in further lines. */
  static String of(JsonParseException trouble) {
    Throwable innermost = trouble;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    return String.valueOf(innermost.getMessage()).lines().findFirst().orElse("");
  }
}
