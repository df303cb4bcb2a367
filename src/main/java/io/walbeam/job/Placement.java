package io.walbeam.job;

import io.walbeam.batch.ChangeBatch;
import io.walbeam.dump.DumpPace;
import io.walbeam.progress.StatePublisher;
import io.walbeam.sink.LetGo;
import io.walbeam.sink.StateStore;
import io.walbeam.sink.TableSink;
import io.walbeam.source.ConfirmationChannel;
import io.walbeam.write.DeadLetterQueue;
import io.walbeam.write.ReceiptRelease;
import io.walbeam.write.TableWriter;
import java.io.Serializable;
import java.util.concurrent.ExecutorService;
import org.apache.beam.sdk.values.PCollection;

/**
 * Where reader, writers and progress of a job run, as answers to everything that follows from it.
 * Chosen once, where the options are read; nothing else asks. Immutable.
 */
public interface Placement extends Serializable {
  /** What the names of threads begin with that write rows. */
  String WRITERS = "walbeam-writer-";

  /** All in this process, which the DirectRunner guarantees. */
  static Placement oneJvm() {
    return new OneJvm();
  }

  /** On workers of a distributed runner. */
  static Placement workers() {
    return new Workers();
  }

  /** What a launcher does with a job; it knows how to do either. */
  interface Launcher {
    /** Runs the job in this process and returns when it has ended. */
    void runHere() throws InterruptedException;

    /** Hands the job to its runner. */
    void submit() throws InterruptedException;
  }

  /** Launches the job as its placement demands. */
  void launch(Launcher launcher) throws InterruptedException;

  /** How published positions come back to the session. */
  ConfirmationChannel channel();

  /** The batches, where they are to be written. */
  PCollection<ChangeBatch> spread(PCollection<ChangeBatch> batches);

  /** The threads that write. */
  ExecutorService writers();

  /** When receipts are given out if a table waits. */
  ReceiptRelease receipts(Writers writers, StatePublisher publisher, String slot);

  /**
   * Proves that the destination takes rows, where those of a table that waits hold up all others.
   */
  Watch letGoProof(LetGo letGo, StateStore store);

  /** What goes on beside the writing, until the job ends. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /** What {@link #receipts} may use. */
  record Writers(
      TableWriter rows, DeadLetterQueue deadLetters, ExecutorService executor, TableSink sink) {}

  /** Sizes and pauses of dumps. */
  DumpPace dumpPace();

  /** Whether what a job has opened in a JVM goes with its last part there. */
  boolean endsWithItsParts();
}
