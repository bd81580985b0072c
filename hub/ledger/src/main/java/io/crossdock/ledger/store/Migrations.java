package io.crossdock.ledger.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;

/** Brings the tables up to date. */
public final class Migrations {

  private static final String VERSION =
      "SELECT version FROM flyway_schema_history WHERE success ORDER BY installed_rank DESC LIMIT"
          + " 1";

  private Migrations() {}

  /**
   * Applies what is missing.
   *
   * @param location folder of the scripts among the resources
   * @throws LedgerException when the ledger was made by a newer program, or a script fails
   */
  static void apply(DataSource database, String location) throws LedgerException {
    Flyway flyway =
        Flyway.configure()
            .dataSource(database)
            .locations("classpath:" + location)
            .validateMigrationNaming(true)
            .loggers("slf4j")
            .load();
    try {
      MigrationInfo current = flyway.info().current();
      long newest =
          Arrays.stream(flyway.info().all())
              .filter(each -> !each.getScript().isEmpty() && each.getState().isResolved())
              .mapToLong(each -> Long.parseLong(each.getVersion().getVersion()))
              .max()
              .orElse(0);
      if (current != null && Long.parseLong(current.getVersion().getVersion()) > newest) {
        throw new LedgerException(
            "the ledger has version "
                + current.getVersion()
                + ", this program knows up to "
                + newest
                + " (start a program at least as new as the one that wrote it)");
      }
      flyway.migrate();
    } catch (FlywayException e) {
      throw new LedgerException("the ledger's tables cannot be brought up to date: " + first(e), e);
    }
  }

  /** The version of the tables; empty when they have none. */
  public static String version(Connection connection) throws SQLException {
    return Sql.one(connection, VERSION, row -> row.getString(1)).orElse("");
  }

  private static String first(FlywayException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
