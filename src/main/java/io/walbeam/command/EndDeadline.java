package io.walbeam.command;

import io.walbeam.failure.FailureKind;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A destination that does not answer must not keep a run that was asked to end. Closed when the run
 * has ended in time. Thread-safe.
 */
final class EndDeadline implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EndDeadline.class);

  private final Duration time;
  private final Ending ending;
  private final CountDownLatch ended = new CountDownLatch(1);

  EndDeadline(Duration time, Ending ending) {
    this.time = time;
    this.ending = ending;
  }

  /** The time begins. Returns at once. */
  void begin() {
    Thread thread = new Thread(this::leaveUnlessEnded, "walbeam-end");
    thread.setDaemon(true);
    thread.start();
  }

  private void leaveUnlessEnded() {
    try {
      if (ended.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      return;
    }
    log.warn(
        "What was read could not be written within {} s, so the run ends without it;"
            + " nothing is lost, it comes again at the next start.",
        time.toSeconds());
    ending.leave(FailureKind.TRANSIENT.exitCode());
  }

  @Override
  public void close() {
    ended.countDown();
  }
}
