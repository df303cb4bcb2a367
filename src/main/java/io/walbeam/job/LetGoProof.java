package io.walbeam.job;

import io.walbeam.sink.LetGo;
import io.walbeam.sink.StateStore;
import java.time.Duration;
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
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final LetGo letGo;
  private final StateStore store;
  private final Repeated looking;

  LetGoProof(LetGo letGo, StateStore store) {
    this.letGo = letGo;
    this.store = store;
    this.looking = new Repeated("walbeam-let-go", LOOK, this::look);
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

  /** A destination that takes nothing may keep a write for ever, so it is interrupted. */
  @Override
  public void close() {
    looking.interrupt();
  }
}
