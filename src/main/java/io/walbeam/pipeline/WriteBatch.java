package io.walbeam.pipeline;

import io.walbeam.options.RunSettings;
import io.walbeam.progress.Receipt;
import io.walbeam.source.ChangeBatch;
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

  private final RunSettings settings;
  private transient @Nullable BundleWriter current;
  private transient Instant latest = GlobalWindow.TIMESTAMP_MIN_VALUE;

  WriteBatch(RunSettings settings) {
    this.settings = settings;
  }

  @Setup
  public void setup() {
    Destination unused = Destination.hold(settings);
  }

  @StartBundle
  public void startBundle() {
    current = new BundleWriter(Destination.of(settings), settings.epoch());
    latest = GlobalWindow.TIMESTAMP_MIN_VALUE;
  }

  @ProcessElement
  public void process(@Element ChangeBatch batch, @Timestamp Instant timestamp)
      throws InterruptedException {
    Objects.requireNonNull(current).add(batch);
    latest = timestamp.isAfter(latest) ? timestamp : latest;
  }

  /** A bundle may give out receipts of earlier ones; nobody looks at their timestamps. */
  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws InterruptedException {
    BundleWriter writer = Objects.requireNonNull(current);
    current = null;
    List<Receipt> receipts = writer.finish();
    JobMeter meter = Destination.of(settings).meter();
    meter.receipts(receipts.size());
    meter.report();
    for (Receipt receipt : receipts) {
      context.output(receipt, latest, GlobalWindow.INSTANCE);
    }
  }

  @Teardown
  public void teardown() {
    Destination.release(settings);
  }
}
