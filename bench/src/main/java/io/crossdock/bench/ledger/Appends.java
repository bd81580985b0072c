package io.crossdock.bench.ledger;

import com.sun.management.OperatingSystemMXBean;
import io.crossdock.event.v1.EventEnvelope;
import io.crossdock.ledger.store.Database;
import io.crossdock.ledger.store.Engine;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.IntFunction;

/** Durable appends beside the driver alone, in turns. */
final class Appends {

  private static final int WRITERS = 64;
  private static final int WARM_UP = 150_000;
  private static final int WARM_UP_SECONDS = 15;

  private Appends() {}

  /** Appends by all writers. */
  static Writers.Run ledger(Ledger ledger, int seconds) throws Exception {
    return ledger(ledger, seconds, Sample::event);
  }

  static Writers.Run ledger(Ledger ledger, int seconds, IntFunction<EventEnvelope> event)
      throws Exception {
    return Writers.run(
        WRITERS, seconds, number -> ledger.log().append(List.of(event.apply(number))));
  }

  /** Appends until the code is compiled, for so long at most. */
  static void warmUp(Ledger ledger) throws Exception {
    long appended = 0;
    for (int second = 0; second < WARM_UP_SECONDS && appended < WARM_UP; second++) {
      appended += ledger(ledger, 1).times();
    }
  }

  static void measure(Ledger ledger, Database other, Options options, ResultTable report)
      throws Exception {
    boolean server = ledger.store().engine() == Engine.POSTGRESQL;
    BareRows bare = new BareRows(other);
    warmUp(ledger);
    var _ = bare.batches(1, WRITERS);
    for (int round = 1; round <= options.rounds(); round++) {
      long before = ledger.rounds();
      long cpuBefore = cpuNanos();
      Writers.Run run = ledger(ledger, options.seconds());
      report.note("appends_cpu_us", (cpuNanos() - cpuBefore) / 1e3 / run.times());
      double appends = run.perSecond();
      double batch = (double) run.times() / (ledger.rounds() - before);
      double each = bare.batches(options.seconds(), 1);
      double batched = bare.batches(options.seconds(), Math.toIntExact(Math.round(batch)));
      double full = bare.batches(options.seconds(), WRITERS);
      report.note("appends_per_s", appends);
      report.note("appends_per_commit", batch);
      report.note("bare_each_per_s", each);
      report.note("bare_batched_per_s", batched);
      report.note("bare_batched_64_per_s", full);
      report.note("appends_ratio_each", appends / each);
      report.note("appends_ratio_batched", appends / batched);
      report.note("appends_ratio_batched_64", appends / full);
      if (server) {
        double statements = bare.statements(options.seconds(), (int) Math.round(batch));
        double connections = bare.connections(options.seconds(), WRITERS);
        report.note("bare_statements_per_s", statements);
        report.note("bare_connections_per_s", connections);
        report.note("appends_ratio_statements", appends / statements);
        report.note("appends_ratio_connections", appends / connections);
      }
    }
    tell(report, server);
  }

  /** Processor time that this process has used; without that of a database server. */
  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static void tell(ResultTable report, boolean server) {
    report.tell(
        "appends, %d writers, %d-byte events: %.0f/s, %.1f in a transaction, %.0f µs of this process's"
            + " processor time each",
        WRITERS,
        Sample.event(0).getSerializedSize(),
        report.median("appends_per_s"),
        report.median("appends_per_commit"),
        report.median("appends_cpu_us"));
    line(report, "bare JDBC, one transaction each", "each");
    line(report, "bare JDBC, batches of the same size", "batched");
    line(report, "bare JDBC, batches of 64", "batched_64");
    if (server) {
      line(report, "bare JDBC, one statement each, commits as above", "statements");
      line(report, "bare JDBC, one statement and commit each, 64 connections", "connections");
    }
  }

  private static void line(ResultTable report, String what, String name) {
    report.tell(
        "  %-58s %7.0f/s; the ledger %.2f times that",
        what, report.median("bare_" + name + "_per_s"), report.median("appends_ratio_" + name));
  }
}
