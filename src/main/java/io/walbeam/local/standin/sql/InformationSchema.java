package io.walbeam.local.standin.sql;

import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.TableRef;
import io.walbeam.local.standin.store.Column;
import io.walbeam.local.standin.store.ColumnType;
import io.walbeam.local.standin.store.Datasets;
import io.walbeam.local.standin.store.SqlDialect;
import io.walbeam.local.standin.store.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The views {@code INFORMATION_SCHEMA.TABLES}, {@code .COLUMNS} and {@code .KEY_COLUMN_USAGE} of a
 * dataset, as SQL values.
 */
final class InformationSchema {
  private static final String TIME = "TIMESTAMP WITH TIME ZONE";

  /** ASCII's unit and record separators; no name may have them. */
  private static final char FIELD_END = 31;

  private static final char ROW_END = 30;

  private final Datasets catalogue;

  InformationSchema(Datasets catalogue) {
    this.catalogue = catalogue;
  }

  String relation(String project, String dataset, String view) {
    catalogue.dataset(project, dataset);
    List<Table> tables = catalogue.tables(project, dataset);
    return switch (view.toUpperCase(Locale.ROOT)) {
      case "TABLES" -> tables(tables);
      case "COLUMNS" -> columns(tables);
      case "KEY_COLUMN_USAGE" -> keys(tables);
      default ->
          throw RestFailure.invalidQuery("INFORMATION_SCHEMA." + view + " is not supported here");
    };
  }

  private static String tables(List<Table> tables) {
    List<String> rows = new ArrayList<>();
    for (Table table : tables) {
      TableRef ref = table.definition().ref();
      rows.add(
          row(
              ref.project(),
              ref.dataset(),
              ref.table(),
              table.definition().isView() ? "VIEW" : "BASE TABLE",
              time(table.created()),
              time(table.applyWatermark())));
    }
    return values(
        List.of(
            "table_catalog VARCHAR",
            "table_schema VARCHAR",
            "table_name VARCHAR",
            "table_type VARCHAR",
            "creation_time " + TIME,
            "upsert_stream_apply_watermark " + TIME),
        rows);
  }

  private static String columns(List<Table> tables) {
    List<String> rows = new ArrayList<>();
    for (Table table : tables) {
      TableRef ref = table.definition().ref();
      int ordinal = 1;
      for (Column column : table.definition().columns()) {
        rows.add(
            row(
                ref.project(),
                ref.dataset(),
                ref.table(),
                column.name(),
                Integer.toString(ordinal++),
                column.required() ? "NO" : "YES",
                googleType(column)));
      }
    }
    return values(
        List.of(
            "table_catalog VARCHAR",
            "table_schema VARCHAR",
            "table_name VARCHAR",
            "column_name VARCHAR",
            "ordinal_position BIGINT",
            "is_nullable VARCHAR",
            "data_type VARCHAR"),
        rows);
  }

  /** BigQuery names the constraint of a primary key after its table. */
  private static String keys(List<Table> tables) {
    List<String> rows = new ArrayList<>();
    for (Table table : tables) {
      TableRef ref = table.definition().ref();
      int ordinal = 1;
      for (String column : table.definition().primaryKey()) {
        rows.add(
            row(
                ref.table() + ".pk$",
                ref.project(),
                ref.dataset(),
                ref.table(),
                column,
                Integer.toString(ordinal++)));
      }
    }
    return values(
        List.of(
            "constraint_name VARCHAR",
            "table_catalog VARCHAR",
            "table_schema VARCHAR",
            "table_name VARCHAR",
            "column_name VARCHAR",
            "ordinal_position BIGINT"),
        rows);
  }

  private static String googleType(Column column) {
    String type = column.type().name();
    if (column.type() == ColumnType.RECORD) {
      List<String> fields = new ArrayList<>();
      column.fields().forEach(field -> fields.add(field.name() + " " + googleType(field)));
      type = "STRUCT<" + String.join(", ", fields) + ">";
    }
    return column.repeated() ? "ARRAY<" + type + ">" : type;
  }

  /**
   * A SELECT of typed columns. All values are one literal that is split where it is read, because
   * DuckDB's parser takes seconds for VALUES of ten thousand tables.
   */
  private static String values(List<String> columns, List<String> rows) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      int space = columns.get(i).indexOf(' ');
      String type = columns.get(i).substring(space + 1);
      String text = "nullif(f[" + (i + 1) + "], '')";
      String value = "CAST(" + text + " AS " + (type.equals(TIME) ? "BIGINT" : type) + ")";
      fields.add(
          (type.equals(TIME) ? "make_timestamptz(" + value + ")" : value)
              + " AS "
              + columns.get(i).substring(0, space));
    }
    return "(SELECT "
        + String.join(", ", fields)
        + " FROM (SELECT string_split(line, chr("
        + (int) FIELD_END
        + ")) AS f FROM (SELECT unnest(string_split("
        + SqlDialect.literal(String.join(String.valueOf(ROW_END), rows))
        + ", chr("
        + (int) ROW_END
        + "))) AS line) WHERE line <> ''))";
  }

  private static String row(String... values) {
    return String.join(String.valueOf(FIELD_END), values);
  }

  private static String time(@Nullable Instant instant) {
    return instant == null ? "" : Long.toString(Table.micros(instant));
  }
}
