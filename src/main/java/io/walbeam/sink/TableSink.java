package io.walbeam.sink;

import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Writes rows to tables. Thread-safe; called by several threads at once, also for one table.
 *
 * <p>Rows may come twice and in any order: their positions decide.
 */
public interface TableSink extends AutoCloseable {
  /** Several requests of more than 1 MB, which is what BigQuery advises. */
  long BEST_BYTES = 4L << 20;

  /**
   * Writes all rows to {@code table}, which is created or extended first if need be (single flight
   * per table), and returns when each row is taken or rejected; when the taken ones are durable,
   * {@link #durable} says. Splits into requests itself.
   *
   * <p>Whatever may pass (quota, network, schema not visible yet) is retried in place without
   * limit, with a named stall after a while; a request that is refused as a whole is bisected to
   * its bad rows. What a person must mend on this table (a conflicting column, a deleted table, a
   * removed grant) parks the call under a named stall until it is mended; other tables go on.
   *
   * @return the rows that the destination refuses for good, by index into {@code rows}, ascending
   * @throws io.walbeam.failure.WalbeamException of kind OPERATOR if the dataset is missing or
   *     forbidden before any table was ever prepared, TRANSIENT if the sink is closed meanwhile
   * @throws InterruptedException if interrupted while waiting; rows may or may not be durable
   */
  List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException;

  /**
   * Completes when every row that was taken before the call is durable, in the destination's own
   * time; exceptionally if that cannot be any more. At once where rows are durable when taken.
   */
  default CompletableFuture<Void> durable() {
    return CompletableFuture.completedFuture(null);
  }

  /** The same, as soon as can be. */
  default CompletableFuture<Void> flush() {
    return CompletableFuture.completedFuture(null);
  }

  /** Names of the tables with rows that are taken and not durable yet, sorted. */
  default Set<String> undurable() {
    return Set.of();
  }

  /** What people call the place that rows go to, for sentences such as "its rows in ... stay". */
  default String place() {
    return "BigQuery";
  }

  /**
   * Whether the order of a table's rows is that in which {@link #write} took them, so that one
   * thread at a time writes a table.
   */
  default boolean keepsOrder() {
    return false;
  }

  /** Bytes of rows of one table from which on it is no cheaper to write more of them together. */
  default long bestBytes() {
    return BEST_BYTES;
  }

  @Override
  void close();
}
