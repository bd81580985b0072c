package io.crossdock.ctl;

import io.crossdock.ops.v1.GetCacheStatisticsRequest;
import io.crossdock.ops.v1.GetCacheStatisticsResponse;
import io.crossdock.ops.v1.OperationCacheStatistics;
import io.crossdock.ops.v1.OpsServiceGrpc;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Shows cache size and hit ratio. */
abstract class CacheReport extends OperatorCommand<GetCacheStatisticsResponse> {

  private static final Columns<OperationCacheStatistics> COLUMNS =
      new Columns<OperationCacheStatistics>()
          .add("OPERATION", OperationCacheStatistics::getOperation)
          .number("ENTRIES", each -> each.getStatistics().getEntries())
          .number("BYTES", each -> each.getStatistics().getBytes())
          .number("HITS", each -> each.getStatistics().getHits())
          .number("MISSES", each -> each.getStatistics().getMisses())
          .add("HIT RATIO", CacheReport::hitRatio)
          .number("EVICTED", each -> each.getStatistics().getEvictions())
          .number("INVALIDATED", each -> each.getStatistics().getInvalidations());

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "Only operations of this service; the total covers all.")
  private String service = "";

  CacheReport() {
    super("ctl cache statistics", OpsServiceGrpc.getServiceDescriptor());
  }

  @Override
  protected GetCacheStatisticsResponse ask(Hub hub) {
    return hub.stub(OpsServiceGrpc::newBlockingStub)
        .getCacheStatistics(GetCacheStatisticsRequest.newBuilder().setService(service).build());
  }

  @Override
  protected void print(GetCacheStatisticsResponse answer, PrintWriter out) {
    List<OperationCacheStatistics> lines = new ArrayList<>(answer.getOperationsList());
    lines.add(
        OperationCacheStatistics.newBuilder()
            .setOperation("total")
            .setStatistics(answer.getTotal())
            .build());
    COLUMNS.table(lines).print(out);
    out.printf(
        "at most %s bytes; counted since %s%n",
        number(answer.getMaxBytes()), moment(answer.getCountedSince()));
  }

  private static String hitRatio(OperationCacheStatistics each) {
    return String.format(Locale.ROOT, "%.1f %%", each.getStatistics().getHitRatioPerMille() / 10.0);
  }
}
