package io.walbeam.write;

import io.walbeam.progress.Receipt;
import io.walbeam.sink.TableSink;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * When the receipts of bundles are given out if rows of a table cannot be written for a while.
 * Thread-safe; a {@link Bundle} belongs to one thread.
 */
public interface ReceiptRelease {
  /** The rows and receipts of one bundle. */
  interface Bundle {
    /**
     * Takes rows of a table of which others wait already.
     *
     * @return false if there are none, or no room: then the bundle must write them
     */
    boolean queue(TableRows rows);

    /**
     * Takes over the wait for rows that the bundle is writing.
     *
     * @param bundleBytes bytes of the bundle's batches, which the rows keep in memory
     * @return false if the bundle must wait itself
     */
    boolean release(Writing writing, long bundleBytes);

    /**
     * Ends the bundle.
     *
     * @return the receipts to give out now
     */
    List<Receipt> finish(List<Receipt> receipts) throws InterruptedException;
  }

  /** A bundle begins. */
  Bundle begin();

  /** Fails if rows that wait cannot be written for a reason that is not their table's. */
  void throwFailure();

  /** Names of the tables whose rows wait outside of their bundle, sorted. */
  Set<String> tables();

  /**
   * Waits until no row waits outside of its bundle.
   *
   * @return whether it was within {@code timeout}
   */
  boolean awaitEmpty(Duration timeout) throws InterruptedException;

  /**
   * Bundles wait until their rows are durable: a runner repeats only those that have not ended.
   *
   * @param sink is asked to make them so at once
   */
  static ReceiptRelease withTheBundle(TableSink sink) {
    return new WithTheBundle(sink);
  }
}
