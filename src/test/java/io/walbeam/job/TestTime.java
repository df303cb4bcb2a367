package io.walbeam.job;

import java.time.Duration;

/** Passes only while somebody sleeps. */
final class TestTime implements Time {
  private long nanos;

  /** Since the beginning. */
  Duration passed() {
    return Duration.ofNanos(nanos);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public void sleep(Duration pause) {
    nanos += pause.toNanos();
  }
}
