package io.walbeam.job;

import io.walbeam.change.JobRun;
import io.walbeam.change.TablePatterns;
import io.walbeam.dump.DumpOptions;
import io.walbeam.dump.DumpSettings;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.row.MappingSettings;
import io.walbeam.sink.Destination;
import io.walbeam.source.SlotKey;
import java.io.Serializable;

/**
 * What a job needs to know, validated. Immutable; workers receive it serialized; holds no resolved
 * secret.
 */
public record JobSettings(
    ReplicationSettings replication,
    TablePatterns tables,
    JobRun run,
    Destination destination,
    MappingSettings mapping,
    DumpOptions dumps,
    Placement placement)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The name under which the parts of the job in one JVM find each other. */
  String slotKey() {
    return SlotKey.of(replication, run);
  }

  /** What the dumps need of them. */
  DumpSettings dumping() {
    return new DumpSettings(
        replication, tables, run, dumps, placement.dumpPace().withChunkRows(dumps.chunkRows()));
  }
}
