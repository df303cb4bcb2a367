package io.walbeam.pipeline;

import io.walbeam.options.RunSettings;
import io.walbeam.progress.Receipt;
import io.walbeam.source.ChangeBatch;
import java.util.ArrayList;
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

  /** One bundle under way, and the timestamps that its receipts get. */
  private record Bundle(BundleWriter writer, List<Instant> timestamps) {}

  private final RunSettings settings;
  private transient @Nullable Bundle current;

  WriteBatch(RunSettings settings) {
    this.settings = settings;
  }

  @StartBundle
  public void startBundle() {
    BundleWriter writer = new BundleWriter(Destination.of(settings), settings.epoch());
    current = new Bundle(writer, new ArrayList<>());
  }

  @ProcessElement
  public void process(@Element ChangeBatch batch, @Timestamp Instant timestamp)
      throws InterruptedException {
    Bundle bundle = Objects.requireNonNull(current);
    bundle.writer().add(batch);
    bundle.timestamps().add(timestamp);
  }

  @FinishBundle
  public void finishBundle(FinishBundleContext context) throws InterruptedException {
    Bundle bundle = Objects.requireNonNull(current);
    current = null;
    List<Receipt> receipts = bundle.writer().finish();
    JobMeter meter = Destination.of(settings).meter();
    meter.receipts(receipts.size());
    meter.report();
    for (int i = 0; i < receipts.size(); i++) {
      context.output(receipts.get(i), bundle.timestamps().get(i), GlobalWindow.INSTANCE);
    }
  }
}
