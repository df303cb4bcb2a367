package io.walbeam.source;

/**
 * Where the end of the pipeline tells the session what is durable. One implementation lives in the
 * JVM, another crosses workers.
 *
 * <p>Thread-safe. A position never moves back: a lower one than before is ignored.
 */
public interface PublishedPositions {
  /** Everything that ends at or before {@code lsn} is durable in the destination. */
  void publish(String slotKey, long lsn);

  /** The highest position published for the slot in question, 0 if none was. */
  long published(String slotKey);
}
