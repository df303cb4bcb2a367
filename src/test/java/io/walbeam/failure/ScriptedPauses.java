package io.walbeam.failure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clock that only moves when somebody waits, and keeps the first waits. */
public final class ScriptedPauses implements Pauses {
  private static final int MOST_KEPT = 1_000;

  public final List<Duration> waits = new ArrayList<>();
  private static final long BEGIN = 1_000_000_000L;

  private long now = BEGIN;
  private int left = Integer.MAX_VALUE;

  /** Nobody waits for the result after so many waits. */
  public ScriptedPauses stopAfter(int pauses) {
    left = pauses;
    return this;
  }

  /** Since the beginning. */
  public Duration passed() {
    return Duration.ofNanos(now - BEGIN);
  }

  /** Time passes while something is tried. */
  public void pass(Duration duration) {
    now += duration.toNanos();
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public boolean pause(Duration duration) {
    if (waits.size() < MOST_KEPT) {
      waits.add(duration);
    }
    now += duration.toNanos();
    return --left > 0;
  }
}
