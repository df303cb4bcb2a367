package io.walbeam.job;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.dump.DumpPace;
import io.walbeam.progress.LocalProgress;
import io.walbeam.progress.StatePublisher;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.NamedThreads;
import io.walbeam.sink.StateStore;
import io.walbeam.source.ConfirmationChannel;
import io.walbeam.write.DurableReceipts;
import io.walbeam.write.HeldRows;
import io.walbeam.write.ReceiptRelease;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.beam.sdk.values.PCollection;

/**
 * The whole job in this process, which starts again from the slot: only the slot remembers a batch,
 * so rows may wait outside of their bundle.
 */
record OneJvm() implements Placement {
  private static final long serialVersionUID = 1L;

  @Override
  public void launch(Launcher launcher) throws InterruptedException {
    launcher.runHere();
  }

  @Override
  public ConfirmationChannel channel() {
    return ConfirmationChannel.inJvm();
  }

  @Override
  public PCollection<ChangeBatch> spread(PCollection<ChangeBatch> batches) {
    return batches;
  }

  /** Tables that wait keep threads; how many is bounded by the bundle and by what is held. */
  @Override
  public ExecutorService writers() {
    return Executors.newCachedThreadPool(new NamedThreads(Placement.WRITERS));
  }

  @Override
  public ReceiptRelease receipts(Writers writers, StatePublisher publisher, String slot) {
    LocalProgress progress = new LocalProgress(publisher, slot);
    DurableReceipts durable =
        new DurableReceipts(writers.sink(), progress::note, progress::publish);
    return durable.over(
        new HeldRows(
            writers.rows(),
            writers.deadLetters()::bury,
            writers.executor(),
            taken -> {},
            durable::take,
            HeldRows.LIMIT_BYTES));
  }

  /** Rows of other tables pass those that wait: if there are none nothing else is held up. */
  @Override
  public Watch letGoProof(LetGo letGo, StateStore store) {
    return () -> {};
  }

  @Override
  public DumpPace dumpPace() {
    return DumpPace.ONE_JVM;
  }

  /** The launcher closes it. */
  @Override
  public boolean endsWithItsParts() {
    return false;
  }
}
