package io.walbeam.source;

import io.walbeam.change.JobRun;
import io.walbeam.postgres.PostgresSettings;
import io.walbeam.postgres.ReplicationSettings;
import java.io.Serializable;
import java.util.List;

/**
 * What a source reads. Immutable, serializable with a deterministic form, holds no resolved secret.
 *
 * @param tables patterns of what a publication that must be created shall hold, empty for all
 * @param recorded reads what the destination knows of the slot
 * @param hook told where the slot is read
 * @param channel how published positions come back to the session
 */
public record SourceSettings(
    ReplicationSettings replication,
    List<String> tables,
    JobRun run,
    RecordedStates recorded,
    StreamHook hook,
    ConfirmationChannel channel)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public SourceSettings {
    tables = List.copyOf(tables);
  }

  PostgresSettings postgres() {
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

  long jobStart() {
    return run.start();
  }

  boolean stopAtNow() {
    return run.stopAtNow();
  }

  /** The same for a job that was started at another time. */
  SourceSettings startedAt(long start) {
    return new SourceSettings(replication, tables, run.startedAt(start), recorded, hook, channel);
  }

  /** The same with another hook. */
  SourceSettings with(StreamHook other) {
    return new SourceSettings(replication, tables, run, recorded, other, channel);
  }

  /** See {@link SlotKey}. */
  public String slotKey() {
    return SlotKey.of(replication, run);
  }

  /**
   * Fingerprint of everything that decides which messages a transaction consists of. A transaction
   * that was read in part is gone on with only if it is unchanged.
   */
  long optionsHash() {
    return Fingerprint.of("pgoutput", "proto_version 1", "messages true", publication());
  }
}
