package io.walbeam.job;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.dump.DumpPace;
import io.walbeam.progress.StatePublisher;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.NamedThreads;
import io.walbeam.sink.StateStore;
import io.walbeam.source.ConfirmationChannel;
import io.walbeam.write.ReceiptRelease;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.values.PCollection;

/**
 * The parts of a job on workers that come and go: a runner repeats only bundles that have not
 * ended, so rows wait inside of theirs.
 */
record Workers() implements Placement {
  private static final long serialVersionUID = 1L;

  /**
   * Threads that wait for acknowledgements: more requests than this on their way gain nothing over
   * one connection of 1 to 10 MB/s each.
   */
  private static final int WRITER_THREADS = 16;

  @Override
  public void launch(Launcher launcher) throws InterruptedException {
    launcher.submit();
  }

  @Override
  public ConfirmationChannel channel() {
    return ConfirmationChannel.betweenWorkers();
  }

  @Override
  public PCollection<ChangeBatch> spread(PCollection<ChangeBatch> batches) {
    return batches.apply("Spread batches", Redistribute.arbitrarily());
  }

  @Override
  public ExecutorService writers() {
    return Executors.newFixedThreadPool(WRITER_THREADS, new NamedThreads(Placement.WRITERS));
  }

  @Override
  public ReceiptRelease receipts(Writers writers, StatePublisher publisher, String slot) {
    return ReceiptRelease.withTheBundle(writers.sink());
  }

  @Override
  public LetGoProof letGoProof(LetGo letGo, StateStore store) {
    return new LetGoProof(letGo, store);
  }

  @Override
  public DumpPace dumpPace() {
    return DumpPace.WORKERS;
  }

  /** A worker outlives its jobs. */
  @Override
  public boolean endsWithItsParts() {
    return true;
  }
}
