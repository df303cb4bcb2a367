package io.walbeam.source;

import io.walbeam.batch.BatchContents;
import io.walbeam.batch.ChangeBatch;
import io.walbeam.change.JobRun;
import io.walbeam.postgres.ReplicationSettings;
import io.walbeam.testing.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/** Drives a source the way the DirectRunner does, and publishes what it was handed. */
final class SourceFixture implements AutoCloseable {
  private static final AtomicLong JOB = new AtomicLong(System.currentTimeMillis());

  /** What the DirectRunner reads into one bundle. */
  static final int BUNDLE = 10;

  final SourceSettings settings;
  final List<ChangeBatch> batches = new ArrayList<>();
  final List<BatchContents.Change> changes = new ArrayList<>();
  boolean publish = true;
  private @Nullable SlotMark mark;
  private @Nullable PostgresReader reader;
  private boolean started;

  SourceFixture(SourceSettings settings) {
    this.settings = settings;
  }

  static SourceSettings settings(TestDatabase database) {
    return settings(database, false, JOB.incrementAndGet());
  }

  static SourceSettings settings(TestDatabase database, boolean stopAtNow, long jobStart) {
    return new SourceSettings(
        new ReplicationSettings(database.settings(), database.slot(), database.publication()),
        List.of(),
        new JobRun(0, jobStart, "", stopAtNow),
        slot -> Optional.empty(),
        StreamHook.NONE,
        ConfirmationChannel.inJvm());
  }

  static SourceFixture of(TestDatabase database) {
    return new SourceFixture(settings(database));
  }

  /**
   * Reads one bundle like the DirectRunner: at most ten elements; an empty bundle takes no mark and
   * finalizes nothing; the previous mark is finalized when a non-empty bundle was read.
   */
  int bundle() throws Exception {
    PostgresReader open = reader;
    if (open == null) {
      SlotMark from =
          mark == null ? null : org.apache.beam.sdk.util.CoderUtils.clone(SlotMarkCoder.of(), mark);
      open =
          (PostgresReader)
              new PostgresSource(settings).createReader(PipelineOptionsFactory.create(), from);
      reader = open;
      started = false;
    }
    int count = 0;
    boolean available = started ? open.advance() : open.start();
    started = true;
    while (available) {
      take(open.getCurrent());
      if (++count == BUNDLE) {
        break;
      }
      available = open.advance();
    }
    if (count > 0) {
      SlotMark previous = mark;
      mark = (SlotMark) open.getCheckpointMark();
      if (previous != null) {
        previous.finalizeCheckpoint();
      }
    }
    return count;
  }

  /** Closes the reader, so that the next bundle is read by one made from the mark. */
  void recreateReader() {
    PostgresReader open = reader;
    if (open != null) {
      open.close();
    }
    reader = null;
  }

  private LocalJob job() {
    return LocalJob.of(settings.slotKey());
  }

  @Nullable SlotMark mark() {
    return mark;
  }

  void restoreFrom(@Nullable SlotMark restored) {
    recreateReader();
    mark = restored;
  }

  org.joda.time.Instant watermark() {
    PostgresReader open = reader;
    return open == null
        ? org.apache.beam.sdk.transforms.windowing.BoundedWindow.TIMESTAMP_MIN_VALUE
        : open.getWatermark();
  }

  /** Reads bundles until so many changes have come. */
  void readChanges(int count) throws Exception {
    io.walbeam.local.demo.Await.until(
        count + " changes, have " + changes.size(),
        () -> {
          bundle();
          return changes.size() >= count;
        });
  }

  private void take(ChangeBatch batch) {
    batches.add(batch);
    changes.addAll(BatchContents.of(batch).changes());
    if (publish) {
      job().positions().publish(batch.completeLsn());
    }
  }

  /** End of what was read. */
  long complete() {
    return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).completeLsn();
  }

  boolean shutdown() throws InterruptedException {
    recreateReader();
    return job().shutdown(Duration.ofSeconds(20));
  }

  /** Ends the session without confirming anything more; published positions stay known. */
  void endSession() throws InterruptedException {
    recreateReader();
    job().shutdown(Duration.ZERO);
  }

  @Override
  public void close() {
    recreateReader();
    try {
      job().shutdown(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
