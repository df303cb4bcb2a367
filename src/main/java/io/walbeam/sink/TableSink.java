package io.walbeam.sink;

import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.util.List;

/**
 * Writes rows to tables. Thread-safe; called by several threads at once, also for one table.
 *
 * <p>Rows may come twice and in any order: their positions decide.
 */
public interface TableSink extends AutoCloseable {
  /**
   * Writes all rows to {@code table}, which is created or extended first if need be (single flight
   * per table), and returns when each row is durable or rejected. Splits into requests itself.
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

  @Override
  void close();
}
