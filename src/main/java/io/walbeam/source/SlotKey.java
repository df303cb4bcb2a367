package io.walbeam.source;

import io.walbeam.change.JobRun;
import io.walbeam.postgres.ReplicationSettings;

/** Names of slots in this JVM. */
public final class SlotKey {
  private SlotKey() {}

  /** The slot as one job reads it: the key of {@link LocalJob}. */
  public static String of(ReplicationSettings replication, JobRun run) {
    return ofSlot(replication) + "@" + run.start();
  }

  /** The slot, whatever the job. */
  static String ofSlot(ReplicationSettings replication) {
    return replication.postgres().describe() + "/" + replication.slot();
  }
}
