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
              text(ref.project()),
              text(ref.dataset()),
              text(ref.table()),
              text(table.definition().isView() ? "VIEW" : "BASE TABLE"),
              time(table.created()),
              time(table.applyWatermark())));
    }
    return values(
        List.of(
            "table_catalog VARCHAR",
            "table_schema VARCHAR",
            "table_name VARCHAR",
            "table_type VARCHAR",
            "creation_time TIMESTAMP WITH TIME ZONE",
            "upsert_stream_apply_watermark TIMESTAMP WITH TIME ZONE"),
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
                text(ref.project()),
                text(ref.dataset()),
                text(ref.table()),
                text(column.name()),
                Integer.toString(ordinal++),
                text(column.required() ? "NO" : "YES"),
                text(googleType(column))));
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
                text(ref.table() + ".pk$"),
                text(ref.project()),
                text(ref.dataset()),
                text(ref.table()),
                text(column),
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

  /** A SELECT of typed columns; typed even when there are no rows. */
  private static String values(List<String> columns, List<String> rows) {
    List<String> casts = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String> nulls = new ArrayList<>();
    for (String column : columns) {
      int space = column.indexOf(' ');
      String name = column.substring(0, space);
      names.add(name);
      nulls.add("NULL");
      casts.add("CAST(" + name + " AS " + column.substring(space + 1) + ") AS " + name);
    }
    List<String> all = new ArrayList<>(rows);
    all.add(row(nulls.toArray(String[]::new)));
    return "(SELECT "
        + String.join(", ", casts)
        + " FROM (VALUES "
        + String.join(", ", all)
        + ") AS v("
        + String.join(", ", names)
        + ") WHERE table_name IS NOT NULL)";
  }

  private static String row(String... values) {
    return "(" + String.join(", ", values) + ")";
  }

  private static String text(String value) {
    return SqlDialect.literal(value);
  }

  private static String time(@Nullable Instant instant) {
    return instant == null ? "NULL" : "make_timestamptz(" + Table.micros(instant) + ")";
  }
}
