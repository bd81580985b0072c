package io.crossdock.ctl;

import com.google.protobuf.util.Timestamps;
import io.crossdock.ops.v1.CacheStatistics;
import io.crossdock.ops.v1.GetCacheStatisticsRequest;
import io.crossdock.ops.v1.GetCacheStatisticsResponse;
import io.crossdock.ops.v1.OpsServiceGrpc;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Option;

/** Tells how full the cache is and how often it answered. */
abstract class CacheFigures extends OpsCommand<GetCacheStatisticsResponse> {

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description = "Only operations of this service; the total covers all.")
  private String service = "";

  CacheFigures() {
    super("ctl cache statistics");
  }

  @Override
  protected GetCacheStatisticsResponse ask(Hub hub) {
    return hub.stub(OpsServiceGrpc::newBlockingStub)
        .getCacheStatistics(GetCacheStatisticsRequest.newBuilder().setService(service).build());
  }

  @Override
  protected void print(GetCacheStatisticsResponse answer, PrintWriter out) {
    Table table =
        new Table(
            "OPERATION",
            "ENTRIES",
            "BYTES",
            "HITS",
            "MISSES",
            "HIT RATIO",
            "EVICTED",
            "INVALIDATED");
    answer
        .getOperationsList()
        .forEach(each -> row(table, each.getOperation(), each.getStatistics()));
    row(table, "total", answer.getTotal());
    table.print(out);
    out.printf(
        Locale.ROOT,
        "%,d bytes at most, counted since %s%n",
        answer.getMaxBytes(),
        Timestamps.toString(answer.getCountedSince()));
  }

  private static void row(Table table, String operation, CacheStatistics counts) {
    table.row(
        operation,
        number(counts.getEntries()),
        number(counts.getBytes()),
        number(counts.getHits()),
        number(counts.getMisses()),
        String.format(Locale.ROOT, "%.1f %%", counts.getHitRatioPerMille() / 10.0),
        number(counts.getEvictions()),
        number(counts.getInvalidations()));
  }
}
