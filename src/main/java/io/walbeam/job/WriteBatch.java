package io.walbeam.job;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.failure.WalbeamException;
import io.walbeam.progress.Receipt;
import io.walbeam.source.EndsTheJob;
import io.walbeam.write.BundleWriter;
import java.util.List;
import java.util.Objects;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.joda.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * From raw batch to receipt. A shell over {@link BundleWriter}: works a whole bundle and waits for
 * everything in it at its end.
 */
final class WriteBatch extends DoFn<ChangeBatch, Receipt> {
  private static final long serialVersionUID = 1L;

  private final JobSettings settings;
  private transient @Nullable BundleWriter current;
  private transient Instant latest = GlobalWindow.TIMESTAMP_MIN_VALUE;

  WriteBatch(JobSettings settings) {
    this.settings = settings;
  }

  @Setup
  public void setup() {
    Job unused = Jobs.hold(settings);
  }

  @StartBundle
  public void startBundle() {
    current = Jobs.of(settings).bundle();
    latest = GlobalWindow.TIMESTAMP_MIN_VALUE;
  }

  @ProcessElement
  public void process(@Element ChangeBatch batch, @Timestamp Instant timestamp)
      throws InterruptedException {
    try {
      Objects.requireNonNull(current).add(batch);
    } catch (WalbeamException e) {
      throw EndsTheJob.of(e);
    }
    latest = timestamp.isAfter(latest) ? timestamp : latest;
  }

  /** A bundle may give out receipts of earlier ones; nobody looks at their timestamps. */
  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws InterruptedException {
    BundleWriter writer = Objects.requireNonNull(current);
    current = null;
    List<Receipt> receipts = finish(writer);
    JobMeter meter = Jobs.of(settings).meter();
    meter.receipts(receipts.size());
    meter.report();
    for (Receipt receipt : receipts) {
      context.output(receipt, latest, GlobalWindow.INSTANCE);
    }
  }

  private static List<Receipt> finish(BundleWriter writer) throws InterruptedException {
    try {
      return writer.finish();
    } catch (WalbeamException e) {
      throw EndsTheJob.of(e);
    }
  }

  @Teardown
  public void teardown() {
    Jobs.release(settings);
  }
}
