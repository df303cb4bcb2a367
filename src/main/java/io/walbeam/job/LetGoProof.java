package io.walbeam.job;

import io.walbeam.sink.LetGo;
import io.walbeam.sink.StateStore;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether the destination takes rows while one table waits for a person and its bundles
 * hold up all others: it writes to a table of walbeam's own. Without an answer the table would wait
 * for ever. Thread-safe.
 */
final class LetGoProof implements Placement.Watch {
  private static final Logger log = LoggerFactory.getLogger(LetGoProof.class);

  /** Between two looks whether a proof is wanted; short against any time to let go after. */
  private static final long LOOK_MILLIS = 1_000;

  private final LetGo letGo;
  private final StateStore store;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "walbeam-let-go");

  LetGoProof(LetGo letGo, StateStore store) {
    this.letGo = letGo;
    this.store = store;
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closing.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() throws InterruptedException {
    try {
      if (letGo.lacksProof()) {
        store.touch();
      }
    } catch (RuntimeException e) {
      log.debug("The destination takes nothing", e);
    }
  }

  /** Waits for the thread: a runner that loads the classes of each job anew takes them away. */
  @Override
  public void close() {
    closing.countDown();
    thread.interrupt();
  }
}
