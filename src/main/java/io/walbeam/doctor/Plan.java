package io.walbeam.doctor;

import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.ReplicationSettings;

/**
 * What a run with the same options would do, as far as the source is concerned.
 *
 * @param joining whether tables that come later join publications of walbeam's own
 */
public record Plan(String slot, String publication, TablePatterns tables, boolean joining) {
  static Plan of(ReplicationSettings replication, TablePatterns tables) {
    return new Plan(
        replication.slot(), replication.publication(), tables, replication.publishNewTables());
  }
}
