package io.crossdock.contracts;

import static java.util.stream.Collectors.joining;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import io.crossdock.common.v1.ReasonProto;
import io.crossdock.policy.v1.Cache;
import io.crossdock.policy.v1.EventPolicy;
import io.crossdock.policy.v1.MethodPolicy;
import io.crossdock.policy.v1.PolicyProto;
import io.crossdock.policy.v1.ServicePolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The catalogue {@code docs/contracts.md}, made from the descriptor set and its comments. */
final class ContractsPage {

  private static final int PACKAGE = FileDescriptorProto.PACKAGE_FIELD_NUMBER;
  private static final int MESSAGE = FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER;
  private static final int ENUM = FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER;
  private static final int SERVICE = FileDescriptorProto.SERVICE_FIELD_NUMBER;
  private static final int METHOD = ServiceDescriptorProto.METHOD_FIELD_NUMBER;
  private static final int VALUE = EnumDescriptorProto.VALUE_FIELD_NUMBER;
  private static final String NOTHING = "–";

  private final Map<String, Map<String, Source>> domains = new TreeMap<>();
  private final StringBuilder page = new StringBuilder();

  private ContractsPage(FileDescriptorSet contracts) {
    for (FileDescriptorProto file : contracts.getFileList()) {
      if (file.getPackage().startsWith("crossdock.")) {
        domains
            .computeIfAbsent(domain(file.getPackage()), name -> new TreeMap<>())
            .put(file.getName(), Source.of(file));
      }
    }
  }

  /** The whole page. */
  static String of(FileDescriptorSet contracts) {
    return new ContractsPage(contracts).write();
  }

  private String write() {
    line("<!-- Generated from the contracts by ./build/contracts-page; do not edit. -->");
    line("");
    line("# Contracts");
    line("");
    line(
        "What callers can ask of Crossdock, and how the hub treats each call. The words are those of the");
    line(
        "`.proto` files under `proto/src/main/proto/crossdock`; the figures are their policy options.");
    line("");
    overview();
    line("## How to read the tables");
    line("");
    line("- **Priority**: who is served first under load: checkout, service, back office, batch.");
    line(
        "- **Deadline**: longest duration of a call; the caller's own deadline applies when it is shorter.");
    line(
        "- **Cache**: time to live of an answer; *refresh*: how much longer it may be served while a fresh one is");
    line(
        "  fetched; *error*: how much longer because the backend fails; *absent*: time to live of a NOT_FOUND.");
    line(
        "- **Idempotency**: *safe* changes nothing; *keyed* gives the first answer again for the same");
    line("  `request_id`; *none* does it again.");
    line("- **Scopes**: what a caller must be allowed to do, all of them.");
    line("");
    line(
        "[enforcement.md](enforcement.md) says which options are enforced today and which are declared ahead.");
    line("");
    domains.forEach(this::domain);
    events();
    reasons();
    return page.toString();
  }

  private void overview() {
    line("| Domain | Services | Methods |");
    line("|---|---|---:|");
    domains.forEach((name, files) -> {
      List<ServiceDescriptorProto> services = services(files);
      if (!services.isEmpty()) {
        row(
            "[" + name + "](#" + name + ")",
            services.stream().map(ServiceDescriptorProto::getName).collect(joining(", ")),
            "" + services.stream().mapToInt(ServiceDescriptorProto::getMethodCount).sum());
      }
    });
    line("");
    line("Also: [events](#events) and [reasons](#reasons).");
    line("");
  }

  private void domain(String name, Map<String, Source> files) {
    if (services(files).isEmpty()) {
      return;
    }
    line("## " + name);
    line("");
    files.values().stream()
        .map(source -> source.sentence(PACKAGE))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .ifPresent(text -> {
          line(text);
          line("");
        });
    line(
        "| Service | Method | Owner | System of record | Priority | Deadline | Cache | Idempotency"
            + " | Scopes | Lifecycle |");
    line("|---|---|---|---|---|---:|---|---|---|---|");
    for (Source source : files.values()) {
      for (ServiceDescriptorProto service : source.file().getServiceList()) {
        service.getMethodList().forEach(method -> methodRow(service, method));
      }
    }
    line("");
    files.values().forEach(this::explain);
  }

  private void methodRow(ServiceDescriptorProto service, MethodDescriptorProto method) {
    ServicePolicy owner = service.getOptions().getExtension(PolicyProto.service);
    MethodPolicy policy = method.getOptions().getExtension(PolicyProto.method);
    row(
        service.getName(),
        "**" + method.getName() + "**" + (method.getServerStreaming() ? " *(stream)*" : ""),
        owner.getOwner(),
        owner.getSystemOfRecord(),
        word(policy.getPriority().name(), "PRIORITY_"),
        policy.getDeadlineMs() == 0 ? NOTHING : duration(policy.getDeadlineMs()),
        policy.hasCache() ? cache(policy.getCache()) : NOTHING,
        word(policy.getIdempotency().name(), "IDEMPOTENCY_"),
        policy.getScopesList().stream().map(ContractsPage::code).collect(joining(" ")),
        word(owner.getLifecycle().getStage().name(), "STAGE_")
            + " since "
            + owner.getLifecycle().getSince());
  }

  private void explain(Source source) {
    List<ServiceDescriptorProto> services = source.file().getServiceList();
    for (int i = 0; i < services.size(); i++) {
      line("**" + services.get(i).getName() + "**: " + source.sentence(SERVICE, i));
      line("");
      List<MethodDescriptorProto> methods = services.get(i).getMethodList();
      for (int j = 0; j < methods.size(); j++) {
        line("- " + methods.get(j).getName() + ": " + source.sentence(SERVICE, i, METHOD, j));
      }
      line("");
    }
  }

  private void events() {
    line("## Events");
    line("");
    line(
        "What has happened, as messages of `crossdock.event.v1`. Order holds per aggregate and key: all events of");
    line("an aggregate travel in the same lane, and lanes never wait for each other.");
    line("");
    line("| Event | Aggregate | Key | Lane | Owner | Drops from the cache | What happened |");
    line("|---|---|---|---|---|---|---|");
    for (Source source : domains.getOrDefault("event", Map.of()).values()) {
      List<DescriptorProto> messages = source.file().getMessageTypeList();
      for (int i = 0; i < messages.size(); i++) {
        if (messages.get(i).getOptions().hasExtension(PolicyProto.event)) {
          EventPolicy policy = messages.get(i).getOptions().getExtension(PolicyProto.event);
          row(
              "**" + messages.get(i).getName() + "**",
              policy.getAggregate(),
              code(policy.getKey()),
              word(policy.getLane().name(), "LANE_"),
              policy.getOwner(),
              policy.getInvalidatesList().stream().map(ContractsPage::code).collect(joining(" ")),
              source.sentence(MESSAGE, i));
        }
      }
    }
    line("");
  }

  private void reasons() {
    line("## Reasons");
    line("");
    line(
        "Why a call failed, as `google.rpc.ErrorInfo.reason` in the domain `crossdock`. Every failed call");
    line("carries exactly one.");
    line("");
    line("| Reason | Code | Meaning |");
    line("|---|---|---|");
    for (Source source : domains.getOrDefault("common", Map.of()).values()) {
      List<EnumDescriptorProto> enums = source.file().getEnumTypeList();
      for (int i = 0; i < enums.size(); i++) {
        if (enums.get(i).getName().equals("Reason")) {
          List<EnumValueDescriptorProto> values = enums.get(i).getValueList();
          for (int j = 1; j < values.size(); j++) {
            row(
                code(values.get(j).getName().substring("REASON_".length())),
                values.get(j).getOptions().getExtension(ReasonProto.code).name(),
                source.comment(ENUM, i, VALUE, j).replace('\n', ' '));
          }
        }
      }
    }
  }

  private void line(String text) {
    page.append(text).append('\n');
  }

  private void row(String... cells) {
    line(
        "| "
            + String.join(" | ", List.of(cells).stream().map(ContractsPage::cell).toList())
            + " |");
  }

  private static String cell(String text) {
    return text.isEmpty() ? NOTHING : text.replace("|", "\\|");
  }

  private static String code(String text) {
    return "`" + text + "`";
  }

  private static String domain(String packageName) {
    return packageName.substring("crossdock.".length(), packageName.lastIndexOf('.'));
  }

  private static List<ServiceDescriptorProto> services(Map<String, Source> files) {
    return files.values().stream()
        .flatMap(source -> source.file().getServiceList().stream())
        .toList();
  }

  private static String cache(Cache cache) {
    StringBuilder text = new StringBuilder(duration(cache.getTtlMs()));
    more(text, "refresh", cache.getStaleWhileRevalidateMs());
    more(text, "error", cache.getStaleIfErrorMs());
    if (cache.getNegativeTtlMs() > 0) {
      text.append(", absent ").append(duration(cache.getNegativeTtlMs()));
    }
    return text.toString();
  }

  private static void more(StringBuilder text, String when, int millis) {
    if (millis > 0) {
      text.append(", ").append(when).append(" +").append(duration(millis));
    }
  }

  private static String duration(int millis) {
    if (millis % 60_000 == 0) {
      int minutes = millis / 60_000;
      return minutes % 60 == 0 ? minutes / 60 + " h" : minutes + " min";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
  }

  private static String word(String constant, String prefix) {
    return constant.substring(prefix.length()).toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** A file and what its comments say. */
  private record Source(FileDescriptorProto file, Map<List<Integer>, String> comments) {

    static Source of(FileDescriptorProto file) {
      Map<List<Integer>, String> comments = new HashMap<>();
      for (Location location : file.getSourceCodeInfo().getLocationList()) {
        if (location.hasLeadingComments()) {
          comments.put(location.getPathList(), location.getLeadingComments().strip());
        }
      }
      return new Source(file, comments);
    }

    /** The whole comment of what stands at a path, without the space that begins each line. */
    String comment(Integer... path) {
      return comments.getOrDefault(List.of(path), "").replaceAll("\n ", "\n");
    }

    /** The first paragraph of a comment as one line. */
    String sentence(Integer... path) {
      return comment(path).split("\n\n", 2)[0].replace('\n', ' ');
    }
  }
}
