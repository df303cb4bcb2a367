package io.walbeam.doctor;

import io.walbeam.doctor.SetupPlan.Step;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.PostgresConnections;
import io.walbeam.postgres.PostgresErrors;
import io.walbeam.postgres.PostgresSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

/** Makes plans for the source, and carries them out: all of a plan or nothing of it. */
public final class Setup {
  private static final String APPLICATION = "walbeam-setup";

  /** Shorter than an application's patience: everybody queues behind a statement that waits. */
  private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '3s'";

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final SetupRequest request;
  private final PostgresSettings settings;

  public Setup(SetupRequest request) {
    this.request = request;
    this.settings = request.replication().postgres();
  }

  /**
   * What is missing, or with {@code remove} what is to go. Changes nothing.
   *
   * @throws WalbeamException if the server cannot be asked
   */
  public SetupPlan plan(boolean remove) throws InterruptedException {
    try (Connection connection = new PostgresConnections(settings).open(APPLICATION)) {
      SetupFacts facts = SetupFactsReader.read(connection, request);
      String title =
          String.format(
              Locale.ROOT,
              "PostgreSQL %s at %s (%s), as role %s",
              facts.source().server().versionText(),
              settings.describe(),
              facts.source().server().provider().word(),
              facts.source().role().name());
      return remove ? RemovalSteps.of(facts, request, title) : SetupSteps.of(facts, request, title);
    } catch (SQLException e) {
      throw PostgresErrors.using("read the catalogue", settings, e);
    }
  }

  /**
   * Carries a plan out: what stands alone at its place, everything else in one transaction.
   *
   * @throws WalbeamException of kind OPERATOR if something is in the way; the transaction has not
   *     happened then
   */
  public void apply(SetupPlan plan) {
    if (!plan.obstacles().isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "Nothing was done, because of what is in the way.",
          "Mend it as it says, and start again.");
    }
    int first = 0;
    List<Step> steps = plan.steps();
    while (first < steps.size()) {
      int end = first + 1;
      while (!steps.get(first).alone() && end < steps.size() && !steps.get(end).alone()) {
        end++;
      }
      try (Connection connection = new PostgresConnections(settings).open(APPLICATION)) {
        run(connection, steps.subList(first, end));
      } catch (SQLException e) {
        throw PostgresErrors.using("set up", settings, e);
      }
      first = end;
    }
  }

  private void run(Connection connection, List<Step> steps) throws SQLException {
    boolean alone = steps.get(0).alone();
    connection.setAutoCommit(alone);
    if (alone) {
      // Making a slot takes as long as the longest transaction that runs now.
      connection.setNetworkTimeout(Runnable::run, 0);
    }
    try (Statement statement = connection.createStatement()) {
      if (!alone) {
        statement.execute(LOCK_TIMEOUT);
      }
      for (Step step : steps) {
        run(connection, statement, step);
      }
      if (!alone) {
        connection.commit();
      }
    }
  }

  private void run(Connection connection, Statement statement, Step step) throws SQLException {
    try {
      statement.execute(step.sql());
      if (step.sql().startsWith("CREATE ROLE ") && request.password().isPresent()) {
        request.password().get().set(connection);
      }
    } catch (SQLException e) {
      if (PostgresErrors.state(e).equals(LOCK_NOT_AVAILABLE)) {
        throw new WalbeamException(
            FailureKind.OPERATOR,
            "Nothing was done: a lock for \"" + step.sql() + "\" was not free within 3 s.",
            "Try again when the transactions that use the table have ended.",
            e);
      }
      throw PostgresErrors.using("run \"" + step.sql() + "\"", settings, e);
    }
  }
}
