package io.crossdock.connector.conformance;

import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.crossdock.runtime.lifecycle.Release;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code crossdock conformance}. */
@Command(
    name = "crossdock conformance",
    mixinStandardHelpOptions = true,
    versionProvider = Release.class,
    description =
        "Checks that a connector keeps the protocol between hub and connector. Reads are tried;"
            + " writes only with --writes, because they change what the backend holds.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every check passed or was skipped",
      "1:a check failed",
      "2:wrong usage",
      "3:the target cannot be reached, or its contract cannot be read"
    })
public final class ConformanceMain implements Callable<Integer> {

  private static final int MAX_INBOUND = 8 << 20;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--target",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Address of the connector (gRPC without TLS).")
  private String target = "";

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "Full name of a service to check; may be repeated. Default: all.")
  private List<String> services = List.of();

  @Option(
      names = "--descriptors",
      paramLabel = "FILE",
      description = "Descriptor set with the contract. Default: the target's reflection.")
  private @Nullable Path descriptors;

  @Option(
      names = "--samples",
      paramLabel = "FILE",
      description =
          "JSON object with a request that the backend can answer for each method:"
              + " {\"pkg.Service/Method\": {...}}. Methods without one get a request made from the"
              + " contract's rules.")
  private @Nullable Path samples;

  @Option(names = "--writes", description = "Try methods that change something, too.")
  private boolean writes;

  @Option(
      names = "--no-request-ids",
      description = "The connector does not detect repeated writes (idempotency NONE).")
  private boolean noRequestIds;

  @Option(names = "--json", description = "Print one JSON document instead of a table.")
  private boolean json;

  private ConformanceMain() {}

  /** Runs the command. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new ConformanceMain()).execute(args));
  }

  /** Runs the command without leaving the process. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new ConformanceMain()).setOut(out).setErr(err).execute(args);
  }

  @Override
  public Integer call() {
    CommandLine line = java.util.Objects.requireNonNull(spec).commandLine();
    ManagedChannel channel = channel(line);
    try {
      List<ServiceDescriptor> found =
          (descriptors == null ? Contracts.byReflection(channel) : Contracts.fromFile(descriptors))
              .stream()
                  .filter(each -> services.isEmpty() || services.contains(each.getFullName()))
                  .toList();
      for (String wanted : services) {
        if (found.stream().noneMatch(each -> each.getFullName().equals(wanted))) {
          throw new Contracts.ContractsException("--service " + wanted + ": the contract has none");
        }
      }
      if (found.isEmpty()) {
        throw new Contracts.ContractsException("the contract has no service");
      }
      Report report =
          Suite.run(
              target, channel, found, new Suite.Options(writes, !noRequestIds, samples(found)));
      line.getOut().print(json ? report.json() + "\n" : report.table());
      line.getOut().flush();
      return report.passed() ? 0 : 1;
    } catch (Contracts.ContractsException e) {
      line.getErr().println("crossdock conformance: " + e.getMessage());
      line.getErr().flush();
      return 3;
    } finally {
      channel.shutdownNow();
    }
  }

  private ManagedChannel channel(CommandLine line) {
    if (!target.matches("[^/\\s]+:[0-9]{1,5}")) {
      throw new ParameterException(line, "--target " + target + " (expected: HOST:PORT)");
    }
    try {
      return NettyChannelBuilder.forTarget(target)
          .usePlaintext()
          .maxInboundMessageSize(MAX_INBOUND)
          .build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, "--target " + target + " (expected: HOST:PORT)");
    }
  }

  private Map<String, Message> samples(List<ServiceDescriptor> found)
      throws Contracts.ContractsException {
    if (samples == null) {
      return Map.of();
    }
    Map<String, Message> requests = new HashMap<>();
    com.fasterxml.jackson.databind.JsonNode document;
    try {
      document =
          new com.fasterxml.jackson.databind.ObjectMapper().readTree(Files.readString(samples));
    } catch (IOException e) {
      throw new Contracts.ContractsException(samples + ": " + e.getMessage());
    }
    for (ServiceDescriptor service : found) {
      for (MethodDescriptor method : service.getMethods()) {
        String name = service.getFullName() + "/" + method.getName();
        if (document.has(name)) {
          DynamicMessage.Builder request = DynamicMessage.newBuilder(method.getInputType());
          try {
            JsonFormat.parser().merge(document.get(name).toString(), request);
          } catch (InvalidProtocolBufferException e) {
            throw new Contracts.ContractsException(samples + ": " + name + ": " + e.getMessage());
          }
          requests.put(name, request.build());
        }
      }
    }
    return requests;
  }
}
