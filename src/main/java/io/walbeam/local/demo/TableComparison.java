package io.walbeam.local.demo;

import io.walbeam.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One table of PostgreSQL and its copy, compared value by value. A table that is missing in the
 * destination is equal only to one without rows.
 *
 * @param destination name of the copy in the dataset
 * @param keyColumns names of the primary key columns
 * @param rows the source's rows in key order, values in canonical text
 * @param copiedRows number of rows of the copy
 * @param differences empty if both sides are equal
 */
public record TableComparison(
    TableId table,
    String destination,
    List<String> keyColumns,
    List<TextRow> rows,
    int copiedRows,
    List<Difference> differences) {

  public TableComparison {
    rows = List.copyOf(rows);
    keyColumns = List.copyOf(keyColumns);
    differences = List.copyOf(differences);
  }

  /** Compares every user table of the connection's database. */
  public static List<TableComparison> compareAll(Connection source, CopiedTables destination)
      throws SQLException, InterruptedException {
    List<TableComparison> results = new ArrayList<>();
    compareEach(source, destination, results::add);
    return results;
  }

  /** The same, one table after the other, so that no more than one needs to be in memory. */
  public static void compareEach(
      Connection source, CopiedTables destination, Consumer<TableComparison> result)
      throws SQLException, InterruptedException {
    for (TableId table : SourceTable.list(source)) {
      result.accept(compare(source, destination, table));
    }
  }

  /**
   * Where a copy is.
   *
   * @param copy name of its table
   * @param columns names of those of its columns that are not named after the source's
   */
  public record Place(String copy, Map<String, String> columns) {
    public Place {
      columns = Map.copyOf(columns);
    }

    /** Named after the source. */
    public static Place of(TableId id) {
      return new Place(destinationName(id.schema() + "_" + id.name()), Map.of());
    }

    private String column(String source) {
      return columns.getOrDefault(source, destinationName(source)).toLowerCase(Locale.ROOT);
    }
  }

  /** Compares one table with the copy that is named after it. It must have a primary key. */
  public static TableComparison compare(Connection source, CopiedTables destination, TableId id)
      throws SQLException, InterruptedException {
    return compare(source, destination, id, Place.of(id));
  }

  /** Compares one table with its copy elsewhere. It must have a primary key. */
  public static TableComparison compare(
      Connection source, CopiedTables destination, TableId id, Place place)
      throws SQLException, InterruptedException {
    SourceTable table = SourceTable.describe(source, id);
    boolean exists = destination.tables().contains(place.copy());
    List<TextRow> copied = exists ? destination.rows(place.copy()) : List.of();
    return compareRows(table, place, exists, table.rows(source), copied);
  }

  /** Whether both sides are equal. */
  public boolean equal() {
    return differences.isEmpty();
  }

  /** The same without the differences in which the copy lacks one of these keys. */
  public TableComparison excusing(List<String> missingKeys) {
    List<Difference> others =
        differences.stream()
            .filter(
                difference ->
                    difference.kind() != Difference.Kind.MISSING
                        || !missingKeys.contains(difference.key()))
            .toList();
    return new TableComparison(table, destination, keyColumns, rows, copiedRows, others);
  }

  /** The source's rows, each with {@code equal} or what is different about it. */
  Map<TextRow, String> rowVerdicts() {
    Map<String, String> byKey =
        differences.stream()
            .collect(
                Collectors.toMap(
                    Difference::key,
                    difference -> difference.kind().text() + " " + difference.detail(),
                    (one, other) -> one + ", " + other));
    Map<TextRow, String> verdicts = new LinkedHashMap<>();
    for (TextRow row : rows) {
      String verdict = byKey.get(key(keyColumns, row));
      verdicts.put(row, verdict == null ? "equal" : verdict.strip());
    }
    return verdicts;
  }

  /** The differences as text, one a line, after the table's name. */
  public String describe() {
    return equal()
        ? table + ": equal, " + rows.size() + " rows"
        : table
            + differences.stream()
                .map(difference -> "\n  " + difference)
                .collect(Collectors.joining());
  }

  /**
   * The comparison itself, without I/O.
   *
   * @param exists whether the destination has the copy's table
   */
  static TableComparison compareRows(
      SourceTable table,
      Place place,
      boolean exists,
      List<TextRow> sourceRows,
      List<TextRow> copiedRows) {
    if (table.key().isEmpty()) {
      throw new IllegalArgumentException(table.id() + " has no primary key to compare by.");
    }
    List<Difference> differences = new ArrayList<>();
    Map<String, TextRow> expected = new LinkedHashMap<>();
    for (TextRow row : sourceRows) {
      TextRow canonical = canonical(table, row, Optional.empty());
      expected.put(key(table.key(), canonical), canonical);
    }
    Map<String, TextRow> found = new LinkedHashMap<>();
    for (TextRow row : copiedRows) {
      TextRow canonical = canonical(table, row, Optional.of(place));
      String key = key(table.key(), canonical);
      if (found.put(key, canonical) != null) {
        differences.add(new Difference(Difference.Kind.DUPLICATE, key, ""));
      }
    }
    if (exists) {
      if (!copiedRows.isEmpty()) {
        addMissingColumns(table, place, copiedRows.get(0), differences);
      }
      addRowDifferences(expected, found, differences);
    } else if (!sourceRows.isEmpty()) {
      String detail = place.copy() + " for " + sourceRows.size() + " rows";
      differences.add(new Difference(Difference.Kind.NO_TABLE, "", detail));
    }
    return new TableComparison(
        table.id(),
        place.copy(),
        table.key(),
        List.copyOf(expected.values()),
        copiedRows.size(),
        differences);
  }

  private static void addMissingColumns(
      SourceTable table, Place place, TextRow copiedRow, List<Difference> differences) {
    TextRow copy = lowerCase(copiedRow);
    for (String column : table.columns().keySet()) {
      if (!copy.columns().contains(place.column(column))) {
        differences.add(new Difference(Difference.Kind.NO_COLUMN, "", column));
      }
    }
  }

  private static void addRowDifferences(
      Map<String, TextRow> expected, Map<String, TextRow> found, List<Difference> differences) {
    expected.forEach(
        (key, row) -> {
          TextRow copy = found.get(key);
          if (copy == null) {
            differences.add(new Difference(Difference.Kind.MISSING, key, ""));
          } else if (!row.equals(copy)) {
            differences.add(new Difference(Difference.Kind.DIFFERENT, key, detail(row, copy)));
          }
        });
    TreeSet<String> extra = new TreeSet<>(found.keySet());
    extra.removeAll(expected.keySet());
    extra.forEach(key -> differences.add(new Difference(Difference.Kind.EXTRA, key, "")));
  }

  private static String detail(TextRow row, TextRow copy) {
    return row.columns().stream()
        .filter(column -> !row.get(column).equals(copy.get(column)))
        .map(c -> c + ": " + shown(row.get(c)) + " became " + shown(copy.get(c)))
        .collect(Collectors.joining("; "));
  }

  private static String shown(Optional<String> value) {
    return value.map(text -> "'" + text + "'").orElse("NULL");
  }

  /**
   * The row in source columns, values in canonical text.
   *
   * @param copied where it was copied to, empty for the source's own
   */
  private static TextRow canonical(SourceTable table, TextRow row, Optional<Place> copied) {
    TextRow from = copied.isPresent() ? lowerCase(row) : row;
    Map<String, Optional<String>> result = new LinkedHashMap<>();
    table
        .columns()
        .forEach(
            (column, type) ->
                result.put(
                    column,
                    from.get(copied.map(place -> place.column(column)).orElse(column))
                        .map(text -> CanonicalValue.of(type, text))));
    return new TextRow(result);
  }

  private static String key(List<String> keyColumns, TextRow row) {
    return keyColumns.stream()
        .map(column -> column + "=" + row.get(column).orElse("NULL"))
        .collect(Collectors.joining(", "));
  }

  /** BigQuery compares column names ignoring case. */
  private static TextRow lowerCase(TextRow row) {
    Map<String, Optional<String>> result = new LinkedHashMap<>();
    row.values().forEach((column, value) -> result.put(column.toLowerCase(Locale.ROOT), value));
    return new TextRow(result);
  }

  /** A name as BigQuery takes it: what is neither letter, digit nor underscore becomes one. */
  private static String destinationName(String name) {
    return name.replaceAll("[^A-Za-z0-9_]", "_");
  }
}
