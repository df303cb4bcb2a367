package io.walbeam.sink.bigquery;

import io.walbeam.failure.FailureKind;
import io.walbeam.failure.Refusal;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

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
    Optional<Refusal> letGo = parts.letGo().refusal(table.name());
    if (letGo.isPresent()) {
      return refused(rows, letGo.get());
    }
    try (AppendRetry retry = new AppendRetry(table.name(), parts)) {
      Optional<TableLayout> layout = prepared(table, retry);
      return layout.isPresent()
          ? new TableWrite(parts, layout.get(), rows, retry).run()
          : refused(rows, parts.letGo().refusalOf(table.name()));
    }
  }

  /** Waits until rows of the table can be sent; empty once it is let go. */
  private Optional<TableLayout> prepared(DestinationTable table, AppendRetry retry)
      throws InterruptedException {
    TableLayout known = parts.tables().ready(table);
    if (known != null) {
      return Optional.of(known);
    }
    while (true) {
      AppendFailures.Failure failure;
      try {
        BigQueryTables.Preparation preparation = parts.tables().prepare(table);
        if (preparation instanceof BigQueryTables.Ready ready) {
          // A stall is over when rows are taken, not when they may be sent.
          return Optional.of(ready.layout());
        }
        failure = AppendFailures.of((BigQueryTables.Blocked) preparation);
      } catch (WalbeamException e) {
        // At the start a wrong dataset or grant ends the run; later it must not stop other tables.
        if (e.kind() != FailureKind.OPERATOR || !parts.tables().anyReady()) {
          throw e;
        }
        failure = AppendFailures.of(e);
      }
      if (!retry.wait(failure)) {
        return Optional.empty();
      }
    }
  }

  /** Every row of a table that is let go. */
  private static List<RejectedRow> refused(List<EncodedRow> rows, Refusal refusal) {
    return IntStream.range(0, rows.size())
        .mapToObj(index -> new RejectedRow(index, refusal))
        .toList();
  }

  /** Closing is the owner's: the parts are shared. */
  @Override
  public void close() {}
}
