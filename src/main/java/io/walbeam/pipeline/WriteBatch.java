package io.walbeam.pipeline;

import io.walbeam.options.RunSettings;
import io.walbeam.progress.Receipt;
import io.walbeam.source.ChangeBatch;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.checkerframework.checker.nullness.qual.MonotonicNonNull;
import org.joda.time.Instant;

/**
 * From raw batch to receipt. A shell over {@link BundleWriter}: works a whole bundle and waits for
 * everything in it at its end.
 */
final class WriteBatch extends DoFn<ChangeBatch, Receipt> {
  private static final long serialVersionUID = 1L;

  private final RunSettings settings;
  private transient @MonotonicNonNull BundleWriter writer;
  private transient @MonotonicNonNull List<Instant> timestamps;

  WriteBatch(RunSettings settings) {
    this.settings = settings;
  }

  @StartBundle
  public void startBundle() {
    writer = new BundleWriter(Destination.of(settings), settings.epoch());
    timestamps = new ArrayList<>();
  }

  @ProcessElement
  public void process(@Element ChangeBatch batch, @Timestamp Instant timestamp)
      throws InterruptedException {
    writer.add(batch);
    timestamps.add(timestamp);
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws InterruptedException {
    List<Receipt> receipts = writer.finish();
    for (int i = 0; i < receipts.size(); i++) {
      context.output(receipts.get(i), timestamps.get(i), GlobalWindow.INSTANCE);
    }
  }
}
