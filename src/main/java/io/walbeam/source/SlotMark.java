package io.walbeam.source;

import io.walbeam.batch.ReaderIdentity;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;

/**
 * The checkpoint mark: where the reader was. An immutable value without any connection, so that it
 * may be taken before the start and after the close, encoded, copied, and finalized twice, late, or
 * never.
 *
 * @param slotKey where to register its finalization
 * @param systemId server it was read from, empty if nothing was read yet
 * @param optionsHash fingerprint of plugin and options
 * @param watermarkMillis epoch milliseconds
 * @param done whether everything up to our own fence was read
 */
record SlotMark(
    String slotKey,
    ResumePoint position,
    long epoch,
    String systemId,
    int timeline,
    long optionsHash,
    long watermarkMillis,
    boolean done)
    implements CheckpointMark {
  /** The mark right after a batch. */
  static SlotMark after(Delivery delivery, SourceSettings settings, long watermarkMillis) {
    ReaderIdentity read = delivery.batch().reader();
    return new SlotMark(
        settings.slotKey(),
        delivery.after(),
        read.epoch(),
        read.systemId(),
        read.timeline(),
        settings.optionsHash(),
        watermarkMillis,
        delivery.last());
  }

  /** This mark, finalized under another key. */
  SlotMark ofJob(String key) {
    return new SlotMark(
        key, position, epoch, systemId, timeline, optionsHash, watermarkMillis, done);
  }

  /** This mark at another place. */
  SlotMark at(ResumePoint place) {
    return new SlotMark(
        slotKey, place, epoch, systemId, timeline, optionsHash, watermarkMillis, done);
  }

  /** Whether nothing was read yet, so that the slot decides where to start. */
  boolean isStart() {
    return systemId.isEmpty();
  }

  /** Remembers that what precedes the mark need not be read again. Any thread, any number. */
  @Override
  public void finalizeCheckpoint() {
    if (!isStart()) {
      LocalJob.of(slotKey).positions().markFinalized(position.resumeLsn());
    }
  }
}
