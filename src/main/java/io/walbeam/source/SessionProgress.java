package io.walbeam.source;

import io.walbeam.change.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * The positions of one session: where the last batch in the queue ends, where the reader is, and
 * what of it may be confirmed. Thread-safe: the session's thread moves one end, the reader the
 * other.
 */
final class SessionProgress {
  private final SourceSettings settings;
  private final PublishedPositions positions;
  private final LocalPositions finalizations;
  private final UnconfirmedBatches unconfirmed = new UnconfirmedBatches();
  private volatile @Nullable SlotMark enqueued;
  private volatile @Nullable SlotMark handed;

  SessionProgress(
      SourceSettings settings,
      PublishedPositions positions,
      LocalPositions finalizations,
      @Nullable SlotMark mark) {
    this.settings = settings;
    this.positions = positions;
    this.finalizations = finalizations;
    this.enqueued = mark;
    this.handed = mark;
  }

  /** Where the last batch in the queue ends; null if there was none and no mark. */
  @Nullable SlotMark enqueued() {
    return enqueued;
  }

  /** Where the reader is; null if it began without a mark and was handed nothing. */
  @Nullable SlotMark handed() {
    return handed;
  }

  /** A batch was put into the queue. Session thread only. */
  void enqueue(Delivery delivery) {
    enqueued = markOf(delivery);
    unconfirmed.add(delivery);
  }

  /** A batch was handed to the reader. */
  void hand(Delivery delivery) {
    handed = markOf(delivery);
  }

  /** The open transaction has to be read from its start. Session thread only. */
  void startOver() {
    SlotMark mark = enqueued;
    if (mark != null) {
      enqueued = mark.at(mark.position().startOfTransaction());
    }
  }

  /** What may be confirmed to the slot: published, inside a finalized mark, and handed out. */
  long confirmable() {
    long published = positions.published();
    long finalized = finalizations.finalized();
    return lower(lower(published, finalized), end(handed));
  }

  /**
   * Whether everything in and from the queue is durable, but the runner did not say so yet: some
   * finalize a mark only when they read the next batch, so an idle slot would stay unconfirmed.
   */
  boolean awaitsFinalization() {
    long end = end(enqueued);
    return Long.compareUnsigned(positions.published(), end) >= 0
        && Long.compareUnsigned(finalizations.finalized(), end) < 0;
  }

  /** Whether the reader holds something that is not known to be durable. */
  boolean isOutstanding() {
    SlotMark mark = handed;
    return mark != null
        && (mark.position().emitted() > 0
            || Long.compareUnsigned(positions.published(), end(mark)) < 0);
  }

  /**
   * How far the destination is behind. Any thread.
   *
   * @param reported what the slot was told last
   * @param monitor knows the server's WAL and clock
   */
  SessionLag lag(long reported, ServerMonitor monitor, long queueBytes) {
    ServerMonitor.Sample sample = monitor.sample();
    long confirmed = Lsn.max(positions.published(), reported);
    unconfirmed.confirmed(confirmed);
    long serverMicros = sample.serverMicros(System.nanoTime());
    long commitAge = age(unconfirmed.oldestMicros(), serverMicros);
    // What the stream did not bring yet has no commit time, but was seen when it was written.
    long logAge = confirmed == 0 ? 0 : monitor.ageOf(confirmed) / 1_000;
    boolean behind = confirmed != 0 && Long.compareUnsigned(sample.flushLsn(), confirmed) > 0;
    return new SessionLag(
        behind ? sample.flushLsn() - confirmed : 0,
        Math.max(commitAge, logAge) / 1_000_000,
        sample.ageSeconds(System.nanoTime()),
        queueBytes,
        unconfirmed.count(),
        confirmed,
        age(unconfirmed.oldestChangeMicros(), serverMicros));
  }

  /** Since a commit, by the server's clock; 0 if there is none, or the clock is not known yet. */
  private static long age(long commitMicros, long serverMicros) {
    return commitMicros == 0 ? 0 : Math.max(0, serverMicros - commitMicros);
  }

  /** Bytes of WAL between the reader and {@code walEnd}. */
  long backlog(long walEnd) {
    long read = end(handed);
    return read == 0 || Long.compareUnsigned(walEnd, read) <= 0 ? 0 : walEnd - read;
  }

  /** The mark right after a batch; the watermark is the reader's business. */
  private SlotMark markOf(Delivery delivery) {
    return SlotMark.after(delivery, settings, 0);
  }

  private static long end(@Nullable SlotMark mark) {
    return mark == null ? 0 : mark.position().resumeLsn();
  }

  private static long lower(long left, long right) {
    return Long.compareUnsigned(left, right) < 0 ? left : right;
  }
}
