package io.walbeam.progress;

import io.walbeam.failure.WalbeamException;
import io.walbeam.sink.SlotState;
import io.walbeam.source.EndsTheJob;
import java.io.Serializable;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the union of receipts under the slot's key, one for each {@link Receipt#history}, and
 * submits every new confirmed position. A shell over {@link ProgressState} and {@link
 * StatePublisher}.
 *
 * <p>A receipt of another epoch, out of the restored state of an earlier job, counts for nothing.
 *
 * <p>Positions are submitted before the runner commits the state. That is sound: a receipt is true
 * whether or not the runner remembers it.
 */
public final class PublishProgress extends DoFn<KV<String, Receipt>, Void> {
  private static final long serialVersionUID = 1L;

  /** Has the worker's publisher; called on the worker. */
  public interface PublisherSource extends Serializable {
    /** The publisher, which stays open until {@link #release}. */
    StatePublisher hold();

    /** One of those who hold the publisher does not need it any more. */
    void release();
  }

  @StateId("progress")
  private final StateSpec<ValueState<ProgressState>> progressSpec =
      StateSpecs.value(ProgressStateCoder.of());

  private final String slot;
  private final long epoch;
  private final PublisherSource publishers;
  private transient @Nullable StatePublisher publisher;

  public PublishProgress(String slot, long epoch, PublisherSource publishers) {
    this.slot = slot;
    this.epoch = epoch;
    this.publishers = publishers;
  }

  @Setup
  public void setup() {
    publisher = publishers.hold();
  }

  @Teardown
  public void teardown() {
    if (publisher != null) {
      publisher = null;
      publishers.release();
    }
  }

  @ProcessElement
  public void process(
      @Element KV<String, Receipt> element,
      @StateId("progress") ValueState<ProgressState> progress) {
    Receipt receipt = element.getValue();
    if (receipt.reader().epoch() != epoch) {
      return;
    }
    ProgressState before = progress.read();
    ProgressState after = (before == null ? ProgressState.INITIAL : before).with(receipt);
    progress.write(after);
    StatePublisher target = publisher;
    if (target != null && after.completeLsn() != 0) {
      submit(target, SlotStates.of(slot, receipt.reader(), after));
    }
  }

  private static void submit(StatePublisher publisher, SlotState state) {
    try {
      publisher.submit(state);
    } catch (WalbeamException e) {
      throw EndsTheJob.of(e);
    }
  }
}
