package io.walbeam.failure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The clock of a {@link Retry}, and the signal that ends it. Thread-safe. */
public interface Pauses {
  /** Lasts until the thread is interrupted. */
  Pauses UNTIL_INTERRUPTED =
      new Pauses() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public boolean pause(Duration duration) throws InterruptedException {
          TimeUnit.NANOSECONDS.sleep(duration.toNanos());
          return true;
        }
      };

  /** As {@link System#nanoTime}. */
  long nanoTime();

  /**
   * Waits.
   *
   * @return whether to go on; false if nobody waits for the result any more
   */
  boolean pause(Duration duration) throws InterruptedException;
}
