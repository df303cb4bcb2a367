package io.walbeam.dump;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PostgresSettings;
import org.jspecify.annotations.Nullable;

/**
 * What the dumps of one slot need to know.
 *
 * @param primary where requests are made and the catalogue is read
 * @param replica where rows are read, null for the primary
 * @param tables which published tables are meant
 * @param initial whether tables that were never dumped are dumped
 * @param requests whether requests of others are carried out
 * @param parallelism connections to read with
 * @param job the secret by which the job knows its own requests
 */
public record DumpSettings(
    PostgresSettings primary,
    @Nullable PostgresSettings replica,
    String slot,
    String publication,
    long epoch,
    TablePatterns tables,
    boolean initial,
    boolean requests,
    int parallelism,
    String job,
    DumpPace pace) {
  /** Hides the job's secret. */
  @Override
  public String toString() {
    return "DumpSettings[" + slot + "]";
  }
}
