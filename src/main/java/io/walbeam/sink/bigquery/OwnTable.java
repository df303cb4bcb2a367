package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A table in the dataset that holds what walbeam must remember, with a column {@code slot}.
 * Thread-safe.
 *
 * <p>Reading leaves nothing behind: the table comes with the first row that is written.
 *
 * @param <T> what a row is made of
 */
final class OwnTable<T> {
  private static final Logger log = LoggerFactory.getLogger(OwnTable.class);

  private final DestinationTable table;
  private final OwnColumns<T> columns;
  private final OwnColumns<T> least;
  private final TableSink sink;
  private final BigQueryTables tables;
  private final BigQueryRest rest;

  OwnTable(
      DestinationTable table,
      OwnColumns<T> columns,
      TableSink sink,
      BigQueryTables tables,
      BigQueryRest rest) {
    this(table, columns, columns, sink, tables, rest);
  }

  /**
   * @param least the columns without which nothing goes on, the first of {@code columns}
   */
  OwnTable(
      DestinationTable table,
      OwnColumns<T> columns,
      OwnColumns<T> least,
      TableSink sink,
      BigQueryTables tables,
      BigQueryRest rest) {
    this.table = table;
    this.columns = columns;
    this.least = least;
    this.sink = sink;
    this.tables = tables;
    this.rest = rest;
  }

  /** The rows of a slot, empty if there is no table. */
  List<OwnColumns.Cells<T>> read(String slot) throws InterruptedException {
    if (tables.ready(table) == null && rest.get(table.name()).isEmpty()) {
      rest.verifyDataset();
      return List.of();
    }
    if (tables.ready(table) == null
        && tables.prepare(table) instanceof BigQueryTables.Blocked blocked) {
      throw new WalbeamException(
          FailureKind.OPERATOR, blocked.refusal().message(), blocked.refusal().remedy());
    }
    List<TableRow> rows = new ArrayList<>();
    rest.query(
        table.name(),
        "SELECT "
            + there().names()
            + " FROM `"
            + rest.settings().project()
            + "."
            + rest.settings().dataset()
            + "."
            + table.name()
            + "` WHERE slot = @slot",
        Map.of("slot", slot),
        rows::addAll);
    return rows.stream().map(columns::cells).toList();
  }

  /**
   * The columns that rows may have: all, or the least that are needed if the table lacks others, or
   * nobody can tell yet.
   */
  OwnColumns<T> there() throws InterruptedException {
    if (tables.ready(table) == null) {
      try {
        BigQueryTables.Preparation unused = tables.prepare(table);
      } catch (WalbeamException e) {
        // Whoever writes the row waits for it, or ends with it.
        log.debug("The columns of a table are not known", e);
      }
    }
    TableLayout layout = tables.ready(table);
    return layout != null && layout.table().columns().size() == columns.columns().size()
        ? columns
        : least;
  }

  /**
   * Writes rows; they are durable when this returns.
   *
   * @throws WalbeamException if BigQuery refuses one
   */
  void write(List<EncodedRow> rows) throws InterruptedException {
    List<RejectedRow> rejected = sink.write(table, rows);
    if (!rejected.isEmpty()) {
      throw new WalbeamException(
          FailureKind.OPERATOR,
          "BigQuery refuses the row of table "
              + table.name()
              + ": "
              + rejected.get(0).refusal().message(),
          "Compare the table's columns with the documentation.");
    }
  }
}
