package io.walbeam.progress;

import io.walbeam.batch.ReaderIdentity;
import io.walbeam.sink.SlotState;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Rows of the state table, as one of this process writes them now. */
public final class SlotStates {
  private SlotStates() {}

  /**
   * What is confirmed of a slot.
   *
   * @param lsn end of the last complete transaction that is durable, unsigned
   * @param completeTimeMicros its commit time, microseconds since the Unix epoch; 0 if not known
   */
  public static SlotState of(
      String slot, ReaderIdentity reader, long lsn, long completeTimeMicros) {
    return new SlotState(
        slot,
        reader.epoch(),
        reader.systemId(),
        reader.timeline(),
        lsn,
        completeTimeMicros,
        reader.jobStart() + "/" + reader.readerStart(),
        ChronoUnit.MICROS.between(Instant.EPOCH, Clock.systemUTC().instant()));
  }

  static SlotState of(String slot, ReaderIdentity reader, ProgressState progress) {
    return of(slot, reader, progress.completeLsn(), progress.completeTimeMicros());
  }
}
