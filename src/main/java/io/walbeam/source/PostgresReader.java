package io.walbeam.source;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.failure.WalbeamException;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.io.UnboundedSource.UnboundedReader;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The runner's view of a session. All state is one mark and one batch; the connection lives in
 * {@link LocalJob}.
 */
final class PostgresReader extends UnboundedReader<ChangeBatch> {
  /** How long {@link #advance} may wait for a batch, nanoseconds. */
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(10);

  /** How far the watermark stays behind the server's clock when caught up, milliseconds. */
  private static final long SKEW = 5_000;

  /** Time between two reports of the gauges, nanoseconds. */
  private static final long REPORT_INTERVAL = TimeUnit.SECONDS.toNanos(1);

  /** How long the end waits for the slot to be told, nanoseconds: several checkpoints. */
  private static final long CONFIRMATION_PATIENCE = TimeUnit.MINUTES.toNanos(2);

  private final UnboundedSource<ChangeBatch, ?> source;
  private final SourceSettings settings;
  private final LocalJob job;
  private final Sessions sessions;
  private long lastReport = System.nanoTime() - REPORT_INTERVAL;
  private @Nullable ReplicationSession session;
  private @Nullable ChangeBatch current;
  private long doneSince;
  private volatile SlotMark mark;
  private volatile Instant watermark;
  private volatile Instant timestamp = BoundedWindow.TIMESTAMP_MIN_VALUE;

  /**
   * @param source what the runner calls this reader's source
   */
  PostgresReader(
      UnboundedSource<ChangeBatch, ?> source, SourceSettings settings, @Nullable SlotMark mark) {
    this.source = source;
    this.settings = settings;
    this.job = LocalJob.of(settings.slotKey());
    this.sessions = Sessions.of(job);
    this.mark = mark == null ? startMark(settings) : mark.ofJob(settings.slotKey());
    this.watermark =
        mark == null || mark.watermarkMillis() == 0
            ? BoundedWindow.TIMESTAMP_MIN_VALUE
            : Instant.ofEpochMilli(mark.watermarkMillis());
  }

  /** No I/O here: connecting goes on in the session's thread. */
  @Override
  public boolean start() {
    return take(0);
  }

  @Override
  public boolean advance() {
    return take(WAIT);
  }

  private boolean take(long wait) {
    current = null;
    try {
      if (mark.done() && !awaitsConfirmation()) {
        watermark = BoundedWindow.TIMESTAMP_MAX_VALUE;
        return false;
      }
      ReplicationSession open = session;
      if (open == null && job.isEnding()) {
        watermark = BoundedWindow.TIMESTAMP_MAX_VALUE;
        return false;
      }
      if (open == null || !open.isAlive()) {
        if (open != null) {
          // What ended it is thrown here; a session that gave up its slot just ended.
          Delivery rest = open.poll(0);
          if (rest != null && continuesMark(rest.batch())) {
            return accept(rest);
          }
        }
        open = sessions.acquire(settings, mark.isStart() ? null : mark);
        session = open;
      }
      Delivery delivery = open.poll(wait);
      report(open);
      if (delivery == null) {
        if (open.hasEnded()) {
          watermark = BoundedWindow.TIMESTAMP_MAX_VALUE;
          return false;
        }
        raiseWatermark(open.caughtUpMicros() / 1000 - SKEW);
        return false;
      }
      if (!continuesMark(delivery.batch())) {
        // Another reader of this JVM took what lies between. The next call asks for a session that
        // stands at the mark, and this one no longer does.
        session = null;
        return false;
      }
      return accept(delivery);
    } catch (WalbeamException e) {
      throw EndsTheJob.of(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The runner calls on a thread that counts metrics. */
  private void report(ReplicationSession open) {
    long now = System.nanoTime();
    if (now - lastReport < REPORT_INTERVAL) {
      return;
    }
    SessionLag lag = open.lag();
    if (lag.confirmedLsn() != 0) {
      lastReport = now;
      lag.report();
    }
  }

  /**
   * Whether the session is still needed: to tell the slot, and then for what goes along with it.
   * Between workers nobody else could do it once the reader has ended; in one JVM the launcher
   * waits.
   */
  private boolean awaitsConfirmation() {
    if (!settings.channel().readerConfirms()) {
      return false;
    }
    long now = System.nanoTime();
    if (doneSince == 0) {
      doneSince = now;
    }
    ReplicationSession open = session;
    if (open != null && open.isSettledAt(mark.position().resumeLsn())) {
      return !settings.hook().isFinished();
    }
    return now - doneSince < CONFIRMATION_PATIENCE;
  }

  /**
   * Whether nothing lies between the mark and the batch. It may begin before the mark: a
   * transaction that cannot be gone on with is read from its start.
   */
  private boolean continuesMark(ChangeBatch batch) {
    if (batch.start()) {
      return mark.isStart() || mark.epoch() != batch.reader().epoch();
    }
    return !mark.isStart()
        && mark.epoch() == batch.reader().epoch()
        && batch.interval().from().compareTo(mark.position().toStreamPosition()) <= 0;
  }

  private boolean accept(Delivery delivery) {
    ChangeBatch batch = delivery.batch();
    long millis = delivery.timeMicros() / 1000;
    current = batch;
    timestamp = max(watermark, millis);
    raiseWatermark(millis);
    mark = SlotMark.after(delivery, settings, watermarkMillis());
    return true;
  }

  /** Never moves back: commit times are not in commit order. */
  private void raiseWatermark(long millis) {
    watermark = max(watermark, millis);
  }

  private static Instant max(Instant instant, long millis) {
    return millis > instant.getMillis() ? Instant.ofEpochMilli(millis) : instant;
  }

  private long watermarkMillis() {
    long millis = watermark.getMillis();
    return millis > 0 ? millis : 0;
  }

  @Override
  public ChangeBatch getCurrent() {
    ChangeBatch batch = current;
    if (batch == null) {
      throw new NoSuchElementException();
    }
    return batch;
  }

  @Override
  public Instant getCurrentTimestamp() {
    return timestamp;
  }

  @Override
  public Instant getWatermark() {
    return watermark;
  }

  /** Pure: before the start, twice, after the close. */
  @Override
  public CheckpointMark getCheckpointMark() {
    return mark;
  }

  @Override
  public long getSplitBacklogBytes() {
    ReplicationSession open = session;
    return open == null ? BACKLOG_UNKNOWN : open.backlogBytes();
  }

  @Override
  public UnboundedSource<ChangeBatch, ?> getCurrentSource() {
    return source;
  }

  /**
   * In one JVM the session stays with {@link LocalJob}, for the next reader or until its lease
   * ends; between workers the next reader may be anywhere, so the slot is freed.
   */
  @Override
  public void close() {
    ReplicationSession open = session;
    current = null;
    session = null;
    if (open != null && !settings.channel().keepsSession()) {
      sessions.release(open);
    }
  }

  private static SlotMark startMark(SourceSettings settings) {
    return new SlotMark(
        settings.slotKey(), ResumePoint.at(0), settings.epoch(), "", 0, 0, 0, false);
  }
}
