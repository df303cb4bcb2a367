package io.walbeam.source;

import io.walbeam.change.Lsn;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Published and finalized positions of one job in this JVM: the channel between the two ends of the
 * pipeline when both are in one process. Thread-safe; positions never move back.
 */
public final class LocalPositions implements PublishedPositions {
  private final AtomicLong published = new AtomicLong();
  private final AtomicLong finalized = new AtomicLong();

  LocalPositions() {}

  @Override
  public void publish(long lsn) {
    published.accumulateAndGet(lsn, Lsn::max);
  }

  @Override
  public long published() {
    return published.get();
  }

  /** The position was inside a finalized or restored mark. */
  void markFinalized(long lsn) {
    finalized.accumulateAndGet(lsn, Lsn::max);
  }

  /** The highest finalized position, 0 if there is none. */
  long finalized() {
    return finalized.get();
  }
}
