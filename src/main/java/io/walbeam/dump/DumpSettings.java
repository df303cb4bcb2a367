package io.walbeam.dump;

import io.walbeam.change.JobRun;
import io.walbeam.change.TablePatterns;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;

/**
 * What the dumps of one slot need to know.
 *
 * @param replication where requests are made and the catalogue is read
 * @param tables which published tables are meant
 */
public record DumpSettings(
    ReplicationSettings replication,
    TablePatterns tables,
    JobRun run,
    DumpOptions options,
    DumpPace pace) {
  PostgresSettings primary() {
    return replication.postgres();
  }

  String slot() {
    return replication.slot();
  }

  String publication() {
    return replication.publication();
  }

  long epoch() {
    return run.epoch();
  }
}
