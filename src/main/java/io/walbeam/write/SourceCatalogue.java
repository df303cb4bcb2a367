package io.walbeam.write;

import io.walbeam.change.Relation;
import io.walbeam.change.RelationColumn;
import io.walbeam.change.TypeName;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Pauses;
import io.walbeam.failure.Retry;
import io.walbeam.failure.RetryPolicy;
import io.walbeam.failure.WalbeamException;
import io.walbeam.postgres.Catalogue;
import io.walbeam.postgres.CatalogueEntry;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.sink.Stalls;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Looks up tables, and waits for PostgreSQL if it cannot be reached: the answer decides where rows
 * go, so a guess is worse than a stall. Thread-safe.
 */
public final class SourceCatalogue implements Routes.Catalogue, AutoCloseable {
  /** Soon after a restart, no storm while it is down; what a person must mend ends the run. */
  private static final RetryPolicy REACHING =
      new RetryPolicy(
          Duration.ofMillis(50), Duration.ofSeconds(4), Duration.ZERO, Duration.ofSeconds(1));

  /** PostgreSQL source, {@code pg_type.dat}. */
  private static final int MONEY_OID = 790;

  private final Catalogue catalogue;
  private final Stalls stalls;
  private final boolean generated;

  public SourceCatalogue(ReplicationSettings settings, Stalls stalls) {
    this.catalogue = new Catalogue(settings);
    this.stalls = stalls;
    this.generated = settings.readGenerated();
  }

  @Override
  public boolean looksUpGenerated() {
    return generated;
  }

  @Override
  public synchronized TableDetails details(Relation relation, Map<Integer, TypeName> types) {
    Set<Integer> unnamed = new HashSet<>();
    for (RelationColumn column : relation.columns()) {
      TypeName announced = types.get(column.typeOid());
      if (announced != null && !announced.builtIn()) {
        unnamed.add(column.typeOid());
      } else if (isMoney(column, announced)) {
        unnamed.add(MONEY_OID);
      }
    }
    try (Retry retry =
        new Retry(REACHING, Pauses.UNTIL_INTERRUPTED, stalls.of(relation.table().toString()))) {
      return retry.until(
          () -> details(relation, catalogue.entry(relation.id(), unnamed, generated)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalbeamException(
          FailureKind.TRANSIENT,
          "The look-up of a table was interrupted.",
          "Start again; nothing is lost.",
          e);
    }
  }

  private static boolean isMoney(RelationColumn column, @Nullable TypeName announced) {
    return announced == null ? column.typeOid() == MONEY_OID : announced.name().equals("money");
  }

  private static TableDetails details(Relation relation, CatalogueEntry entry) {
    Set<String> generated =
        entry.generated().stream().map(RelationColumn::name).collect(Collectors.toSet());
    // The rows of a dump carry them, but those of the stream do not.
    List<RelationColumn> sent =
        relation.columns().stream().filter(column -> !generated.contains(column.name())).toList();
    Relation asSent = new Relation(relation.id(), relation.table(), relation.identity(), sent);
    boolean older = KeyChoice.isOlder(asSent, entry.indexes());
    return new TableDetails(
        older ? List.of() : KeyChoice.of(asSent, entry.indexes()),
        older,
        entry.generated(),
        entry.types());
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
