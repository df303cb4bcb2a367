package io.walbeam.source;

import io.walbeam.change.Lsn;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Published and finalized positions of every slot this JVM reads: the channel between the two ends
 * of the pipeline when both are in one process. Thread-safe; positions never move back.
 */
public final class LocalPositions implements PublishedPositions {
  private static final LocalPositions SHARED = new LocalPositions();

  private final Map<String, Long> published = new ConcurrentHashMap<>();
  private final Map<String, Long> finalized = new ConcurrentHashMap<>();

  LocalPositions() {}

  /** The one of this JVM. */
  public static LocalPositions shared() {
    return SHARED;
  }

  @Override
  public void publish(String slotKey, long lsn) {
    published.merge(slotKey, lsn, Lsn::max);
  }

  @Override
  public long published(String slotKey) {
    return published.getOrDefault(slotKey, 0L);
  }

  /** The position was inside a finalized or restored mark. */
  void markFinalized(String slotKey, long lsn) {
    finalized.merge(slotKey, lsn, Lsn::max);
  }

  /** The highest finalized position, 0 if there is none. */
  long finalized(String slotKey) {
    return finalized.getOrDefault(slotKey, 0L);
  }

  /** Drops what is known of a slot whose job has ended. */
  void forget(String slotKey) {
    published.remove(slotKey);
    finalized.remove(slotKey);
  }
}
