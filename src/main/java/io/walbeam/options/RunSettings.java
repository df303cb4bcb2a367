package io.walbeam.options;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.row.MappingSettings;
import io.walbeam.sink.bigquery.BigQuerySettings;
import java.io.Serializable;

/**
 * What a run needs to know, validated. Immutable; workers receive it serialized; holds no resolved
 * secret.
 *
 * @param stopAtNow end once everything committed before the start is written
 * @param epoch first section of every position
 * @param jobStart when the job was started, epoch milliseconds; names the job among others
 * @param jobToken by which the job knows its own requests; nobody can guess it
 */
public record RunSettings(
    PostgresSettings postgres,
    String slot,
    String publication,
    TablePatterns tables,
    boolean stopAtNow,
    long epoch,
    long jobStart,
    String jobToken,
    BigQuerySettings destination,
    MappingSettings mapping,
    WriteMode writeMode,
    DumpOptions dumps,
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
}
