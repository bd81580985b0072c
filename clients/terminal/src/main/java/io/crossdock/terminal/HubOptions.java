package io.crossdock.terminal;

import io.crossdock.client.CrossdockClient;
import io.grpc.ServiceDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that every command has: which hub, how to reach it, how long to wait. */
public final class HubOptions {

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--hub",
      paramLabel = "HOST:PORT",
      defaultValue = "${env:CROSSDOCK_HUB:-127.0.0.1:7070}",
      description = "Address of the hub. Default: $CROSSDOCK_HUB, else 127.0.0.1:7070.")
  private String hub = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "How long to wait for an answer, for example 500ms. Default: set by the contract.")
  private @Nullable Duration timeout;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = {"-v", "--verbose"},
      description = "Also print trace ID, elapsed time and technical details.")
  private boolean verbose;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Trusted CA certificates, PEM. Default: the system's.")
  private @Nullable Path authorities;

  @Option(names = "--cert", paramLabel = "FILE", description = "Client certificate, PEM.")
  private @Nullable Path certificate;

  @Option(
      names = "--cert-key",
      paramLabel = "FILE",
      description = "Private key of the client certificate, PEM.")
  private @Nullable Path key;

  @Option(
      names = "--plaintext",
      description = "Do not encrypt, even if the hub is on another machine.")
  private boolean plaintext;

  /** For picocli, which makes one by itself. */
  public HubOptions() {}

  /** Host and port as given. */
  public String hub() {
    return hub;
  }

  /** The wait that was asked for; null leaves it to the contract. */
  public @Nullable Duration timeout() {
    return timeout;
  }

  /** Whether the answer is for a program. */
  public boolean json() {
    return json;
  }

  /** Whether technical detail is wanted. */
  public boolean verbose() {
    return verbose;
  }

  /**
   * Begins a client as the options say.
   *
   * @throws ParameterException when they make no sense
   */
  public CrossdockClient.Builder client(String program, ServiceDescriptor... services) {
    try {
      CrossdockClient.Builder builder =
          CrossdockClient.builder(hub).name(program).services(services);
      if (plaintext) {
        return builder.plaintext();
      }
      if (authorities == null) {
        if (certificate != null || key != null) {
          throw mistake("--cert and --cert-key: without --ca (expected: all three)");
        }
        return builder;
      }
      if (certificate == null && key == null) {
        return builder.tls(authorities);
      }
      if (certificate == null || key == null) {
        throw mistake("--cert and --cert-key: one of them (expected: both or none)");
      }
      return builder.mutualTls(authorities, certificate, key);
    } catch (IllegalArgumentException e) {
      throw mistake("--hub: " + e.getMessage());
    } catch (IOException e) {
      throw mistake("--ca, --cert or --cert-key: " + e.getMessage());
    }
  }

  private ParameterException mistake(String what) {
    if (command == null) {
      throw new IllegalStateException("not part of a command");
    }
    return new ParameterException(command.commandLine(), what);
  }
}
