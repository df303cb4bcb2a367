package io.walbeam.progress;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.batch.ReaderIdentity;
import io.walbeam.change.Interval;
import java.util.Optional;

/**
 * Everything in {@code interval} is acknowledged by the destination or by the dead-letter table.
 *
 * @param start the interval's {@code from} was confirmed to the slot before, so nothing below it is
 *     awaited
 * @param completeLsn end of the last complete transaction at or before {@code interval.to()}
 * @param completeTimeMicros commit time of it, microseconds since the Unix epoch; 0 if not known
 */
public record Receipt(
    ReaderIdentity reader,
    boolean start,
    Interval interval,
    long completeLsn,
    long completeTimeMicros) {
  /**
   * Names the history that the positions belong to: another epoch, server or timeline begins anew,
   * also where a runner restores the state of the old one.
   */
  public String history(String slot) {
    return slot
        + "/"
        + Long.toUnsignedString(reader.epoch())
        + "/"
        + reader.systemId()
        + "/"
        + reader.timeline();
  }

  /** The receipt that {@code batch} earns once all its rows are durable. */
  public static Receipt of(ChangeBatch batch) {
    return new Receipt(
        batch.reader(),
        batch.start(),
        batch.interval(),
        batch.completeLsn(),
        batch.completeTimeMicros());
  }

  /** One receipt for this interval and the next one; empty if that is not where this one ends. */
  public Optional<Receipt> joined(Receipt next) {
    if (next.start || !next.reader.equals(reader) || !next.interval.from().equals(interval.to())) {
      return Optional.empty();
    }
    return Optional.of(
        new Receipt(
            reader,
            start,
            new Interval(interval.from(), next.interval.to()),
            next.completeLsn,
            next.completeTimeMicros));
  }
}
