package io.crossdock.hub.ops;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.crossdock.answer.Answers;
import io.crossdock.gateway.cache.AnswerCache;
import io.crossdock.gateway.operation.ContractSet;
import io.crossdock.gateway.operation.Operation;
import io.crossdock.gateway.routing.Routes;
import io.crossdock.gateway.server.DataPlane;
import io.crossdock.ledger.audit.Audit;
import io.crossdock.ops.v1.AuditRecord;
import io.crossdock.ops.v1.CacheStatistics;
import io.crossdock.ops.v1.ConnectionState;
import io.crossdock.ops.v1.Connector;
import io.crossdock.ops.v1.ConnectorInstance;
import io.crossdock.ops.v1.Contract;
import io.crossdock.ops.v1.ContractMethod;
import io.crossdock.ops.v1.GetCacheStatisticsRequest;
import io.crossdock.ops.v1.GetCacheStatisticsResponse;
import io.crossdock.ops.v1.Health;
import io.crossdock.ops.v1.InvalidateCacheRequest;
import io.crossdock.ops.v1.InvalidateCacheResponse;
import io.crossdock.ops.v1.ListConnectorsRequest;
import io.crossdock.ops.v1.ListConnectorsResponse;
import io.crossdock.ops.v1.ListContractsRequest;
import io.crossdock.ops.v1.ListContractsResponse;
import io.crossdock.ops.v1.ListRoutesRequest;
import io.crossdock.ops.v1.ListRoutesResponse;
import io.crossdock.ops.v1.OperationCacheStatistics;
import io.crossdock.ops.v1.OpsServiceGrpc;
import io.crossdock.ops.v1.Route;
import io.crossdock.ops.v1.RouteRule;
import io.grpc.ConnectivityState;
import io.grpc.stub.StreamObserver;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Tells how this hub is wired and how its parts are, and empties its cache. */
public final class OpsEndpoint extends OpsServiceGrpc.OpsServiceImplBase {

  /** Full name of the service. */
  public static final String SERVICE = OpsServiceGrpc.SERVICE_NAME;

  private final DataPlane plane;
  private final List<io.crossdock.config.v1.Route> routes;
  private final Supplier<Optional<Audit>> audit;
  private final Clock clock;
  private final Timestamp started;

  /**
   * Makes the service.
   *
   * @param routes as configured
   * @param audit of what operators do; empty while the hub has no ledger
   */
  public OpsEndpoint(
      DataPlane plane,
      List<io.crossdock.config.v1.Route> routes,
      Supplier<Optional<Audit>> audit,
      Clock clock) {
    this.plane = plane;
    this.audit = audit;
    this.routes =
        routes.stream()
            .sorted(Comparator.comparing(io.crossdock.config.v1.Route::getService))
            .toList();
    this.clock = clock;
    this.started = timestamp(clock.instant());
  }

  @Override
  public void listRoutes(ListRoutesRequest request, StreamObserver<ListRoutesResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          Page<Route> page =
              Page.of(
                  routes.stream()
                      .filter(route -> wanted(request.getService(), route.getService()))
                      .map(this::describe)
                      .toList(),
                  request.getPageSize(),
                  request.getPageToken());
          return ListRoutesResponse.newBuilder()
              .addAllRoutes(page.items())
              .setNextPageToken(page.nextToken())
              .setFreshness(Answers.live(clock))
              .build();
        });
  }

  @Override
  public void listConnectors(
      ListConnectorsRequest request, StreamObserver<ListConnectorsResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          Page<Connector> page =
              Page.of(
                  plane.connectors().all().stream()
                      .filter(connector -> wanted(request.getName(), connector.name()))
                      .sorted(Comparator.comparing(io.crossdock.gateway.connector.Connector::name))
                      .map(this::describe)
                      .toList(),
                  request.getPageSize(),
                  request.getPageToken());
          return ListConnectorsResponse.newBuilder()
              .addAllConnectors(page.items())
              .setNextPageToken(page.nextToken())
              .setFreshness(Answers.live(clock))
              .build();
        });
  }

  @Override
  public void listContracts(
      ListContractsRequest request, StreamObserver<ListContractsResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          Page<Contract> page =
              Page.of(
                  plane.contracts().services().stream()
                      .filter(service -> service.name().startsWith(request.getServicePrefix()))
                      .sorted(Comparator.comparing(ContractSet.Service::name))
                      .map(this::describe)
                      .toList(),
                  request.getPageSize(),
                  request.getPageToken());
          return ListContractsResponse.newBuilder()
              .addAllContracts(page.items())
              .setNextPageToken(page.nextToken())
              .setFreshness(Answers.live(clock))
              .build();
        });
  }

  @Override
  public void getCacheStatistics(
      GetCacheStatisticsRequest request, StreamObserver<GetCacheStatisticsResponse> answer) {
    AnswerCache.Statistics statistics = plane.cache().statistics();
    GetCacheStatisticsResponse.Builder response =
        GetCacheStatisticsResponse.newBuilder()
            .setTotal(describe(statistics.total()))
            .setMaxBytes(statistics.maxBytes())
            .setCountedSince(started)
            .setFreshness(Answers.live(clock));
    Map<String, AnswerCache.OperationStatistics> byName = new TreeMap<>();
    Map<Integer, Operation> operations = new HashMap<>();
    for (ContractSet.Service service : plane.contracts().services()) {
      service.operations().forEach(operation -> operations.put(operation.index(), operation));
    }
    statistics
        .operations()
        .forEach((index, of) -> {
          Operation operation = operations.get(index);
          if (operation != null
              && (request.getService().isEmpty()
                  || operation.serviceName().equals(request.getService()))) {
            byName.put(operation.name(), of);
          }
        });
    byName.forEach((name, of) ->
        response.addOperations(
            OperationCacheStatistics.newBuilder().setOperation(name).setStatistics(describe(of))));
    Answers.reply(answer, response::build);
  }

  @Override
  public void invalidateCache(
      InvalidateCacheRequest request, StreamObserver<InvalidateCacheResponse> answer) {
    Answers.reply(
        answer,
        () -> {
          int dropped =
              switch (request.getWhatCase()) {
                case TAG -> plane.cache().invalidate(request.getTag());
                case ALL -> plane.cache().invalidateAll();
                case WHAT_NOT_SET -> 0;
              };
          // Afterwards: wrong answers must go also while the ledger cannot be written.
          audit.get().ifPresent(open -> open.append(deed(request)));
          return InvalidateCacheResponse.newBuilder().setDroppedEntries(dropped).build();
        });
  }

  private static AuditRecord deed(InvalidateCacheRequest request) {
    return AuditRecord.newBuilder()
        .setActor(request.getContext().getActor())
        .setOperation(OpsServiceGrpc.getInvalidateCacheMethod().getFullMethodName())
        .setSubjectKind("cache")
        .setSubjectId(request.getTag())
        .setReason(request.getReason())
        .setOutcome("OK")
        .setRequestId(request.getContext().getRequestId())
        .setCorrelationId(request.getContext().getCorrelationId())
        .build();
  }

  private Route describe(io.crossdock.config.v1.Route route) {
    Route.Builder described = Route.newBuilder().setService(route.getService());
    Set<String> attributes = new TreeSet<>();
    plane
        .contracts()
        .service(route.getService())
        .ifPresent(service ->
            service
                .operations()
                .forEach(operation -> attributes.addAll(operation.routingAttributes())));
    described.addAllRoutingAttributes(attributes).addAllConnectors(connectors(route));
    route
        .getRulesList()
        .forEach(rule ->
            described.addRules(
                RouteRule.newBuilder().setWhen(rule.getWhen()).setConnector(rule.getConnector())));
    return described
        .setTarget(
            route.getLocal()
                ? Route.Target.TARGET_LOCAL
                : route.getRulesCount() > 0
                    ? Route.Target.TARGET_RULES
                    : Route.Target.TARGET_CONNECTOR)
        .build();
  }

  private Connector describe(io.crossdock.gateway.connector.Connector connector) {
    Connector.Builder described = Connector.newBuilder().setName(connector.name());
    routes.stream()
        .filter(route -> connectors(route).contains(connector.name()))
        .forEach(route -> described.addServices(route.getService()));
    connector.instances().forEach(instance -> described.addInstances(describe(instance)));
    return described.build();
  }

  private static ConnectorInstance describe(
      io.crossdock.gateway.connector.Connector.InstanceState instance) {
    ConnectorInstance.Builder described =
        ConnectorInstance.newBuilder()
            .setAddress(instance.address())
            .setState(state(instance.state()))
            .setHealth(
                switch (instance.health()) {
                  case UNKNOWN -> Health.HEALTH_UNSPECIFIED;
                  case SERVING -> Health.HEALTH_SERVING;
                  case NOT_SERVING -> Health.HEALTH_NOT_SERVING;
                  case NOT_OFFERED -> Health.HEALTH_NOT_OFFERED;
                })
            .setSince(timestamp(instance.since()))
            .setLastFailure(instance.lastFailure())
            .setInFlight(instance.inFlight())
            .setCalls(instance.calls())
            .setFailedCalls(instance.failedCalls());
    Instant failedAt = instance.lastFailureAt();
    if (failedAt != null) {
      described.setLastFailureAt(timestamp(failedAt));
    }
    return described.build();
  }

  private Contract describe(ContractSet.Service service) {
    Contract.Builder described =
        Contract.newBuilder().setService(service.name()).setSource(service.source());
    routes.stream()
        .filter(route -> route.getService().equals(service.name()))
        .forEach(route ->
            described.addAllServedBy(route.getLocal() ? List.of(Routes.LOCAL) : connectors(route)));
    for (Operation operation : service.operations()) {
      described
          .setOwner(operation.servicePolicy().getOwner())
          .setSystemOfRecord(operation.servicePolicy().getSystemOfRecord())
          .setLifecycle(operation.servicePolicy().getLifecycle())
          .setServiceLevel(operation.servicePolicy().getServiceLevel())
          .addMethods(
              ContractMethod.newBuilder()
                  .setMethod(operation.methodName())
                  .setPolicy(operation.policy())
                  .setClientStreaming(operation.clientStreams())
                  .setServerStreaming(operation.serverStreams())
                  .setRequestType(operation.descriptor().getInputType().getFullName())
                  .setResponseType(operation.descriptor().getOutputType().getFullName())
                  .addAllCacheKeyFields(operation.cacheKeyFields()));
    }
    return described.build();
  }

  private static CacheStatistics describe(AnswerCache.OperationStatistics of) {
    long asked = of.hits() + of.misses();
    return CacheStatistics.newBuilder()
        .setEntries(of.entries())
        .setBytes(of.bytes())
        .setHits(of.hits())
        .setMisses(of.misses())
        .setEvictions(of.evictions())
        .setInvalidations(of.invalidations())
        .setHitRatioPerMille(asked == 0 ? 0 : (int) (of.hits() * 1000 / asked))
        .build();
  }

  private static Set<String> connectors(io.crossdock.config.v1.Route route) {
    Set<String> names = new LinkedHashSet<>();
    if (!route.getConnector().isEmpty()) {
      names.add(route.getConnector());
    }
    route.getRulesList().forEach(rule -> names.add(rule.getConnector()));
    return names;
  }

  private static ConnectionState state(ConnectivityState state) {
    return switch (state) {
      case READY -> ConnectionState.CONNECTION_STATE_READY;
      case CONNECTING -> ConnectionState.CONNECTION_STATE_CONNECTING;
      case IDLE -> ConnectionState.CONNECTION_STATE_IDLE;
      case TRANSIENT_FAILURE, SHUTDOWN -> ConnectionState.CONNECTION_STATE_DOWN;
    };
  }

  private static Timestamp timestamp(Instant instant) {
    return Timestamps.fromMillis(instant.toEpochMilli());
  }

  // An empty wish is for everything.
  private static boolean wanted(String wish, String name) {
    return wish.isEmpty() || wish.equals(name);
  }
}
