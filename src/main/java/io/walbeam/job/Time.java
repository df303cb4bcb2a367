package io.walbeam.job;

import java.time.Duration;

/** Time, as far as waiting needs it. */
interface Time {
  /** The JVM's. */
  Time SYSTEM =
      new Time() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration pause) throws InterruptedException {
          Thread.sleep(pause.toMillis());
        }
      };

  long nanos();

  void sleep(Duration pause) throws InterruptedException;
}
