package io.walbeam.command;

import io.walbeam.job.RunProgress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says while a run lasts how far it is: on a terminal one line that is rewritten every second,
 * otherwise one log line a minute. On a thread of its own, because a stalled pipeline says nothing.
 */
final class ProgressReporter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProgressReporter.class);

  /** Often enough for a person who looks on. */
  static final Duration TERMINAL_INTERVAL = Duration.ofSeconds(1);

  /** Rare enough for a log that is kept. */
  static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

  /** A person who changes the size of a window does not do it often. */
  private static final int REPORTS_PER_LOOK = 5;

  private final StatusLine status;
  private final Supplier<RunProgress> progress;
  private final Duration interval;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new Thread(this::run, "walbeam-progress");

  private ProgressReporter(StatusLine status, Supplier<RunProgress> progress, Duration interval) {
    this.status = status;
    this.progress = progress;
    this.interval = interval;
    thread.setDaemon(true);
  }

  /** Begins to report at the usual intervals. */
  static ProgressReporter start(StatusLine status, Supplier<RunProgress> progress) {
    return start(status, progress, status.isTerminal() ? TERMINAL_INTERVAL : LOG_INTERVAL);
  }

  static ProgressReporter start(
      StatusLine status, Supplier<RunProgress> progress, Duration interval) {
    ProgressReporter reporter = new ProgressReporter(status, progress, interval);
    reporter.thread.start();
    return reporter;
  }

  /** Ends the reports and takes the line away. */
  @Override
  public void close() {
    closing.countDown();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    status.clear();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    ProgressLine line = new ProgressLine(System.nanoTime());
    int columns = Terminal.USUAL_COLUMNS;
    int reports = 0;
    try {
      while (!closing.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
        RunProgress now = progress.get();
        if (status.isTerminal()) {
          if (reports++ % REPORTS_PER_LOOK == 0) {
            columns = Terminal.width(System.getenv());
          }
          status.show(line.forTerminal(now, System.nanoTime(), columns));
        } else {
          log.info("{}", line.forLog(now, System.nanoTime()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
