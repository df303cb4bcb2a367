package io.walbeam.dump;

/** The confirmed position, as far as a truncation must hold it back. Thread-safe. */
public interface Positions {
  /** Keeps the confirmed position at or below {@code lsn} until closed. */
  Hold hold(long lsn);

  /** Waits until everything committed up to and including {@code lsn} is written. */
  void awaitWritten(long lsn) throws InterruptedException;

  /** Lets the position go. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }
}
