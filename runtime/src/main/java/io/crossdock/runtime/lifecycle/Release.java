package io.crossdock.runtime.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which Crossdock this is; picocli's {@code versionProvider} of every command. */
public final class Release implements IVersionProvider {

  private static final String VERSION = read();

  /** For picocli. */
  public Release() {}

  /** The version, as {@code service.version} has it. */
  public static String version() {
    return VERSION;
  }

  @Override
  public String[] getVersion() {
    return new String[] {"Crossdock " + VERSION};
  }

  private static String read() {
    Properties properties = new Properties();
    try (InputStream in = Release.class.getResourceAsStream("release.properties")) {
      if (in == null) {
        throw new IllegalStateException("release.properties is not in the runtime");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "");
  }
}
