package io.walbeam.sink.bigquery;

import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationType;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * One column of a table of walbeam's own, all of it in one place: name, type, field number, what it
 * says, and the cell that a row gets. Immutable.
 *
 * @param <T> what a row is made of
 */
record OwnColumn<T>(DestinationColumn column, Cell<T> cell) {
  /** Writes the cell of one row, or nothing for NULL. */
  @FunctionalInterface
  interface Cell<T> {
    void write(RowEncoder row, int field, T value);
  }

  String name() {
    return column.name();
  }

  void write(RowEncoder row, T value) {
    cell.write(row, column.field(), value);
  }

  /** A text that every row has. */
  static <T> OwnColumn<T> key(
      String name, int field, Function<T, String> text, String description) {
    return new OwnColumn<>(
        new DestinationColumn(name, DestinationType.STRING, field, true, description, List.of()),
        (row, number, value) -> row.string(number, text.apply(value)));
  }

  static <T> OwnColumn<T> text(
      String name, int field, Function<T, String> text, String description) {
    return of(
        name,
        DestinationType.STRING,
        field,
        (row, number, value) -> row.string(number, text.apply(value)),
        description);
  }

  static <T> OwnColumn<T> int64(
      String name, int field, ToLongFunction<T> value, String description) {
    return of(name, DestinationType.INT64, field, always(value), description);
  }

  /**
   * @param micros microseconds since the Unix epoch
   */
  static <T> OwnColumn<T> time(
      String name, int field, ToLongFunction<T> micros, String description) {
    return of(name, DestinationType.TIMESTAMP, field, always(micros), description);
  }

  /**
   * @param micros microseconds since the Unix epoch, 0 for NULL
   */
  static <T> OwnColumn<T> timeOrNull(
      String name, int field, ToLongFunction<T> micros, String description) {
    return of(
        name,
        DestinationType.TIMESTAMP,
        field,
        (row, number, value) -> {
          if (micros.applyAsLong(value) != 0) {
            row.int64(number, micros.applyAsLong(value));
          }
        },
        description);
  }

  /** A column that may be NULL. */
  static <T> OwnColumn<T> of(
      String name, DestinationType type, int field, Cell<T> cell, String description) {
    return new OwnColumn<>(
        new DestinationColumn(name, type, field, false, description, List.of()), cell);
  }

  private static <T> Cell<T> always(ToLongFunction<T> value) {
    return (row, number, of) -> row.int64(number, value.applyAsLong(of));
  }
}
