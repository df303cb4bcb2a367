package io.walbeam.sink.bigquery;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows to BigQuery tables, which it creates and extends. Thread-safe. */
final class BigQueryTableSink implements TableSink {
  private final SinkParts parts;

  BigQueryTableSink(SinkParts parts) {
    this.parts = parts;
  }

  @Override
  public List<RejectedRow> write(DestinationTable table, List<EncodedRow> rows)
      throws InterruptedException {
    if (rows.isEmpty()) {
      return List.of();
    }
    try (AppendRetry retry = new AppendRetry(table.name(), parts)) {
      TableLayout layout = parts.tables().ready(table);
      while (layout == null) {
        layout = prepare(table, retry);
      }
      return new TableWrite(parts, layout, rows, retry).run();
    }
  }

  /** Closing is the owner's: the parts are shared. */
  @Override
  public void close() {}

  private @Nullable TableLayout prepare(DestinationTable table, AppendRetry retry)
      throws InterruptedException {
    AppendFailures.Failure failure;
    try {
      BigQueryTables.Preparation preparation = parts.tables().prepare(table);
      if (preparation instanceof BigQueryTables.Ready ready) {
        // A stall is over when rows are taken, not when they may be sent.
        return ready.layout();
      }
      failure = AppendFailures.of((BigQueryTables.Blocked) preparation);
    } catch (WalbeamException e) {
      // At the start a wrong dataset or grant ends the run; later it must not stop other tables.
      if (e.kind() != FailureKind.OPERATOR || !parts.tables().anyReady()) {
        throw e;
      }
      failure = AppendFailures.of(e);
    }
    retry.wait(failure);
    return null;
  }
}
