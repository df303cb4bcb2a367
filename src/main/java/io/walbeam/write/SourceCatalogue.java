package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Catalogue;
import io.walbeam.postgres.PostgresSettings;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up keys, and waits for PostgreSQL if it cannot be reached: the answer decides where rows
 * go, so a guess is worse than a stall. Thread-safe.
 */
public final class SourceCatalogue implements Routes.Keys, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SourceCatalogue.class);

  /** Between two attempts to reach PostgreSQL: soon after a restart, no storm while it is down. */
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(2);

  private final Catalogue catalogue;

  public SourceCatalogue(PostgresSettings settings) {
    catalogue = new Catalogue(settings);
  }

  @Override
  public synchronized List<String> key(Relation relation) {
    while (true) {
      try {
        return KeyChoice.of(relation, catalogue.uniqueIndexes(relation.id()));
      } catch (WalbeamException e) {
        if (e.kind() != FailureKind.TRANSIENT) {
          throw e;
        }
        log.warn(
            "The key of table {} cannot be looked up; waiting. {}", relation.table(), e.describe());
        pause();
      }
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

  private static void pause() {
    try {
      Thread.sleep(RETRY_INTERVAL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The look-up of a primary key was interrupted.",
          "Start again; nothing is lost.",
          e);
    }
  }
}
