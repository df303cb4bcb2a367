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
  private final Traffic traffic;

  BigQueryTableSink(SinkParts parts, Traffic traffic) {
    this.parts = parts;
    this.traffic = traffic;
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
      BigQueryTables.Preparation preparation = prepare(table, retry);
      return preparation instanceof BigQueryTables.Ready ready
          ? new TableWrite(parts, ready.layout(), rows, traffic, retry).run()
          : refused(rows, ((BigQueryTables.Taken) preparation).refusal());
    }
  }

  /** Waits until rows of the table can be sent, or never will; never {@code Blocked}. */
  private BigQueryTables.Preparation prepare(DestinationTable table, AppendRetry retry)
      throws InterruptedException {
    TableLayout known = parts.tables().ready(table);
    if (known != null) {
      return new BigQueryTables.Ready(known);
    }
    while (true) {
      AppendFailures.Failure failure;
      try {
        BigQueryTables.Preparation preparation = parts.tables().prepare(table);
        if (!(preparation instanceof BigQueryTables.Blocked blocked)) {
          // A stall is over when rows are taken, not when they may be sent.
          return preparation;
        }
        failure = AppendFailures.of(blocked);
      } catch (WalbeamException e) {
        // At the start a wrong dataset or grant ends the run; later it must not stop other tables.
        if (e.kind() != FailureKind.OPERATOR || !parts.tables().anyReady()) {
          throw e;
        }
        failure = AppendFailures.of(e);
      }
      if (!retry.wait(failure)) {
        return new BigQueryTables.Taken(parts.letGo().refusalOf(table.name()));
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
