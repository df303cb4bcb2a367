package io.walbeam.dump;

import io.walbeam.postgres.PostgresSettings;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the operator chose about rows that are not in the stream.
 *
 * @param initial whether tables that were never dumped are dumped
 * @param requests whether dump requests in the WAL are carried out
 * @param parallelism connections to read with
 * @param chunkRows rows that are read at once, as far as they can be estimated
 * @param standbyOrNull where rows are read, null for the primary
 * @param applyTruncations whether a truncation of a table deletes its rows in BigQuery
 * @param truncateLimit most rows that a truncation deletes
 * @param schemas what is done about schema changes
 */
public record DumpOptions(
    boolean initial,
    boolean requests,
    int parallelism,
    long chunkRows,
    @Nullable PostgresSettings standbyOrNull,
    boolean applyTruncations,
    long truncateLimit,
    SchemaPolicy schemas)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Where rows are read, if not on the primary. */
  public Optional<PostgresSettings> standby() {
    return Optional.ofNullable(standbyOrNull);
  }
}
