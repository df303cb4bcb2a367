package io.walbeam.source;

import io.walbeam.postgres.PostgresSettings;
import java.io.Serializable;
import java.util.List;

/**
 * What a source reads. Immutable, serializable with a deterministic form, holds no resolved secret.
 *
 * @param tables patterns of what a publication that must be created shall hold, empty for all
 * @param epoch the operator's epoch
 * @param jobStart when the job was started, epoch milliseconds; the same on every worker
 * @param stopAtNow whether to stop at our own fence
 * @param recorded reads what the destination knows of the slot
 * @param hook told where the slot is read
 * @param channel how published positions come back to the session
 */
public record SourceSettings(
    PostgresSettings postgres,
    String slot,
    String publication,
    List<String> tables,
    long epoch,
    long jobStart,
    boolean stopAtNow,
    RecordedPositions recorded,
    StreamHook hook,
    ConfirmationChannel channel)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  public SourceSettings {
    tables = List.copyOf(tables);
  }

  /** The same for a job that was started at another time. */
  SourceSettings startedAt(long start) {
    return new SourceSettings(
        postgres, slot, publication, tables, epoch, start, stopAtNow, recorded, hook, channel);
  }

  /** Names the slot for this job: the key of {@link LocalJob}. */
  public String slotKey() {
    return sessionKey() + "@" + jobStart;
  }

  /** Names the slot, whatever the job. */
  String sessionKey() {
    return postgres.describe() + "/" + slot;
  }

  /**
   * Fingerprint of everything that decides which messages a transaction consists of. A transaction
   * that was read in part is gone on with only if it is unchanged.
   */
  long optionsHash() {
    return Fingerprint.of("pgoutput", "proto_version 1", "messages true", publication);
  }
}
