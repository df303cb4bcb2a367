package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Catalogue;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.sink.Stalls;
import java.time.Duration;
import java.util.List;

/**
 * Looks up keys, and waits for PostgreSQL if it cannot be reached: the answer decides where rows
 * go, so a guess is worse than a stall. Thread-safe.
 */
public final class SourceCatalogue implements Routes.Keys, AutoCloseable {
  /** Soon after a restart, no storm while it is down; what a person must mend ends the run. */
  private static final RetryPolicy REACHING =
      new RetryPolicy(
          Duration.ofMillis(50), Duration.ofSeconds(4), Duration.ZERO, Duration.ofSeconds(1));

  private final Catalogue catalogue;
  private final Stalls stalls;

  public SourceCatalogue(PostgresSettings settings, Stalls stalls) {
    this.catalogue = new Catalogue(settings);
    this.stalls = stalls;
  }

  @Override
  public synchronized List<String> key(Relation relation) {
    try (Retry retry =
        new Retry(REACHING, Pauses.UNTIL_INTERRUPTED, stalls.of(relation.table().toString()))) {
      return retry.until(() -> KeyChoice.of(relation, catalogue.uniqueIndexes(relation.id())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The look-up of a primary key was interrupted.",
          "Start again; nothing is lost.",
          e);
    }
  }

  /** Closes what was not used for so long; the next look-up opens it again. */
  public void closeIdle(Duration idle) {
    catalogue.closeIdle(idle);
  }

  @Override
  public void close() {
    catalogue.close();
  }
}
