package io.crossdock.ledger.lease;

import com.google.protobuf.ByteString;
import io.crossdock.failure.FailureException;
import io.crossdock.ledger.store.BackgroundLoop;
import io.crossdock.ledger.store.Engine;
import io.crossdock.ledger.store.LogKeys;
import io.crossdock.ledger.store.Sql;
import io.crossdock.ledger.store.Store;
import io.crossdock.ledger.store.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of one node. Times are the database's, so that the nodes' clocks need not agree.
 *
 * <p>On SQLite the directory belongs to one process, so whatever another one had claimed is free as
 * soon as this one starts.
 */
public final class Leases implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
  // A lease survives two renewals that fail.
  private static final int RENEWALS_IN_A_LEASE = 3;

  private final Store store;
  private final Duration length;
  // Fresh for each start: what a process before this one had claimed is not this one's.
  private final String node = UUID.randomUUID().toString();
  private final LeaseSql sql;
  private final Set<Lease> held = ConcurrentHashMap.newKeySet();
  private final BackgroundLoop renewal = BackgroundLoop.of("lease-renewal", this::renewAll);

  private Leases(Store store, Duration length) {
    this.store = store;
    this.length = length;
    this.sql = new LeaseSql(store.engine());
  }

  /**
   * Starts a node.
   *
   * @param length of a lease; a dead node's work is free after it
   * @throws FailureException when the ledger cannot be written
   */
  public static Leases start(Store store, Duration length) {
    Leases leases = new Leases(store, length);
    if (store.engine() == Engine.SQLITE) {
      leases.freeAll();
    }
    leases.renewal.start();
    return leases;
  }

  /** This node's id. */
  public String node() {
    return node;
  }

  /**
   * Leaves a piece of work, within the transaction that makes it necessary.
   *
   * @param delay after which it is due
   * @return false when there is one with this kind and id
   */
  public boolean schedule(
      Connection connection, String kind, String id, Duration delay, ByteString payload)
      throws SQLException {
    return Sql.update(connection, sql.schedule(), kind, id, payload.toByteArray(), delay.toMillis())
        == 1;
  }

  /**
   * Takes a piece of work back. Whoever does it at the moment cannot commit any more.
   *
   * @return false when there is none
   */
  public boolean cancel(Connection connection, String kind, String id) throws SQLException {
    return Sql.update(connection, sql.cancel(), kind, id) == 1;
  }

  /**
   * Claims work that is due and that nobody does.
   *
   * @param most how much at most
   * @throws FailureException when the ledger cannot be written
   */
  public List<Lease> claim(String kind, int most) {
    long ends = System.nanoTime() + length.toNanos();
    List<Lease> claimed =
        store.write(connection ->
            Sql.list(
                connection,
                sql.claim(),
                row ->
                    new Lease(
                        kind,
                        row.getString(1),
                        ByteString.copyFrom(row.getBytes(2)),
                        row.getLong(3),
                        row.getInt(4),
                        ends),
                kind,
                most,
                node,
                length.toMillis()));
    held.addAll(claimed);
    return claimed;
  }

  /**
   * Does a step of the work in one transaction with what becomes of it, if it is still this node's.
   *
   * @return empty when another node has it or it was cancelled; nothing was done then
   * @throws FailureException when the ledger cannot be written; whether it was done is not known
   */
  public <T> Optional<T> commit(Lease lease, Completion completion, Transaction<T> step) {
    Optional<T> result =
        store.write(connection ->
            guard(connection, lease, completion)
                ? Optional.of(step.in(connection))
                : Optional.<T>empty());
    if (result.isEmpty()) {
      lease.lose();
    }
    if (result.isEmpty() || !(completion instanceof Completion.Continue)) {
      held.remove(lease);
    }
    return result;
  }

  /** No longer renews a lease; the work is free when it ends. */
  void abandon(Lease lease) {
    held.remove(lease);
  }

  boolean holds(Lease lease) {
    return held.contains(lease);
  }

  /** Ends the renewal. What is still held is free when its lease ends. */
  @Override
  public void close() {
    renewal.close();
  }

  // Each statement changes the row, which stays locked until the step's transaction ends.
  private boolean guard(Connection connection, Lease lease, Completion completion)
      throws SQLException {
    return switch (completion) {
      case Completion.Continue() -> extend(connection, lease);
      case Completion.Done() -> mine(connection, sql.done(), lease);
      case Completion.Reschedule(Duration delay, ByteString payload) ->
          mine(connection, sql.again(), lease, delay.toMillis(), payload.toByteArray());
      case Completion.Retry(Duration delay) ->
          mine(connection, sql.retry(), lease, delay.toMillis());
    };
  }

  private boolean extend(Connection connection, Lease lease) throws SQLException {
    return mine(connection, sql.extend(), lease, length.toMillis());
  }

  /** Changes the row of a lease, unless it is another node's; the lease's arguments come last. */
  private boolean mine(Connection connection, String change, Lease lease, Object... arguments)
      throws SQLException {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 4);
    all[arguments.length] = lease.kind();
    all[arguments.length + 1] = lease.id();
    all[arguments.length + 2] = node;
    all[arguments.length + 3] = lease.fence();
    return Sql.update(connection, change, all) == 1;
  }

  private void freeAll() {
    var _ = store.write(connection -> Sql.update(connection, sql.freeAll()));
  }

  private Duration renewAll() {
    // One that ended stays lost, whatever the database would say to a late renewal.
    held.removeIf(lease -> !lease.held());
    List<Lease> due = List.copyOf(held);
    if (!due.isEmpty()) {
      renew(due);
    }
    return length.dividedBy(RENEWALS_IN_A_LEASE);
  }

  private void renew(List<Lease> due) {
    long ends = System.nanoTime() + length.toNanos();
    try {
      List<Lease> gone =
          store.write(connection -> {
            List<Lease> lost = new ArrayList<>();
            for (Lease lease : due) {
              if (!extend(connection, lease)) {
                lost.add(lease);
              }
            }
            return lost;
          });
      for (Lease lease : due) {
        if (!gone.contains(lease)) {
          lease.renewed(ends);
        } else if (held.remove(lease)) {
          // Otherwise it was done in the meantime.
          lease.lose();
          LOG.atWarn()
              .addKeyValue(LogKeys.OPERATION, lease.kind())
              .addKeyValue(LogKeys.WORK_ID, lease.id())
              .log("lease lost");
        }
      }
    } catch (FailureException e) {
      LOG.atWarn().addKeyValue(LogKeys.REASON, e.getMessage()).log("leases cannot be renewed");
    }
  }
}
