package io.walbeam.options;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PostgresSettings;
import java.io.Serializable;
import java.util.Optional;

/**
 * What a run needs to know, validated. Immutable; workers receive it serialized; no resolved
 * secret.
 *
 * @param stopAtNow end once everything committed before the start is written
 * @param epoch first section of every position
 */
public record RunSettings(
    PostgresSettings postgres,
    String slot,
    String publication,
    TablePatterns tables,
    boolean stopAtNow,
    long epoch,
    DestinationSettings destination,
    Placement placement)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Where reader, writers and progress run. */
  public enum Placement {
    /** All in this process. */
    ONE_JVM,
    /** On workers of a distributed runner. */
    WORKERS
  }

  /**
   * The destination as the command line names it.
   *
   * @param endpointOrEmpty BigQuery's address, empty for the real one
   * @param tableName template with {@code {schema}} and {@code {table}}
   * @param maxStaleness ISO-8601 duration
   */
  public record DestinationSettings(
      String project,
      String dataset,
      String endpointOrEmpty,
      String tableName,
      String maxStaleness,
      String deadLetterTable)
      implements Serializable {
    private static final long serialVersionUID = 1L;

    public Optional<String> endpoint() {
      return endpointOrEmpty.isEmpty() ? Optional.empty() : Optional.of(endpointOrEmpty);
    }
  }
}
