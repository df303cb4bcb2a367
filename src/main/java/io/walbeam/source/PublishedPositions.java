package io.walbeam.source;

/**
 * Where the end of the pipeline tells the session of one job what is durable. One implementation
 * lives in the JVM, another crosses workers.
 *
 * <p>Thread-safe. A position never moves back: a lower one than before is ignored.
 */
public interface PublishedPositions extends AutoCloseable {
  /** Everything that ends at or before {@code lsn} is durable in the destination. */
  void publish(long lsn);

  /** The highest position published, 0 if none was. */
  long published();

  /** This end publishes nothing more. */
  @Override
  default void close() {}
}
