package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.change.ChangePosition;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.EncodedRow;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns of one of walbeam's own tables, in table order: from them come the table, the bytes
 * of a row and the meaning of its cells. Immutable.
 *
 * @param <T> what a row is made of
 */
record OwnColumns<T>(List<OwnColumn<T>> columns) {
  OwnColumns {
    columns = List.copyOf(columns);
  }

  @SafeVarargs // only copied
  @SuppressWarnings("varargs") // only copied
  static <T> OwnColumns<T> of(OwnColumn<T>... columns) {
    return new OwnColumns<>(List.of(columns));
  }

  /**
   * The table that has them.
   *
   * @param primaryKey empty for plain rows
   */
  DestinationTable table(
      String name,
      List<OwnColumn<T>> primaryKey,
      List<OwnColumn<T>> clustering,
      String description) {
    return new DestinationTable(
        name,
        columns.stream().map(OwnColumn::column).toList(),
        primaryKey.stream().map(OwnColumn::name).toList(),
        clustering.stream().map(OwnColumn::name).toList(),
        description,
        "");
  }

  /** These, and one that older tables may lack; it is the last. */
  OwnColumns<T> and(OwnColumn<T> later) {
    List<OwnColumn<T>> more = new ArrayList<>(columns);
    more.add(later);
    return new OwnColumns<>(more);
  }

  /** Their names in table order, for a query. */
  String names() {
    return String.join(", ", columns.stream().map(OwnColumn::name).toList());
  }

  /** A plain row. */
  EncodedRow insert(T value) {
    return encode(new RowEncoder(), value);
  }

  /** A row by key that counts at a position. */
  EncodedRow upsert(T value, ChangePosition at) {
    return encode(new RowEncoder().upsert(at.toSequenceNumber()), value);
  }

  private EncodedRow encode(RowEncoder row, T value) {
    columns.forEach(column -> column.write(row, value));
    return row.row();
  }

  /** The cells of a row that was read with every column in table order. */
  Cells<T> cells(TableRow row) {
    return new Cells<>(this, row.getF());
  }

  /** A row as it was read. The last columns read as NULL if the table lacks them. */
  record Cells<T>(OwnColumns<T> of, List<TableCell> cells) {
    /** The text, empty for NULL. */
    String text(OwnColumn<T> column) {
      int index = of.columns.indexOf(column);
      return index < cells.size() && cells.get(index).getV() instanceof String text ? text : "";
    }

    /** The number, or the microseconds of a time; 0 for NULL. */
    long number(OwnColumn<T> column) {
      String text = text(column);
      return text.isEmpty() ? 0 : Long.parseLong(text);
    }
  }
}
