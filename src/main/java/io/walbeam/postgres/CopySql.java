package io.walbeam.postgres;

import io.walbeam.change.RelationColumn;
import io.walbeam.change.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** SQL of chunks. Identifiers and values are quoted; COPY takes no parameters. Pure. */
final class CopySql {
  private CopySql() {}

  /** COPY of a range, the published columns in the relation's order, then the address if wanted. */
  static String copy(
      PublishedTable table, PhysicalTable leaf, TableRange range, boolean withAddress) {
    String columns =
        table.relation().columns().stream()
            .map(RelationColumn::name)
            .map(TableId::quote)
            .collect(Collectors.joining(", "));
    return "COPY (SELECT "
        + columns
        + (withAddress ? (columns.isEmpty() ? "ctid" : ", ctid") : "")
        + " FROM ONLY "
        + leaf.table().quoted()
        + where(table, range, table.rowFilter())
        + ") TO STDOUT (FORMAT text, ENCODING 'UTF8')";
  }

  /** The WHERE clause of a range and a row filter, empty if everything is meant. */
  static String where(PublishedTable table, TableRange range, String rowFilter) {
    List<String> conditions = new ArrayList<>();
    if (range instanceof TableRange.Pages pages) {
      conditions.add("ctid >= '(" + pages.from() + ",0)'");
      conditions.add("ctid < '(" + pages.to() + ",0)'");
    } else if (range instanceof TableRange.Keys keys) {
      if (!keys.from().isEmpty()) {
        conditions.add(row(table) + " >= " + values(table, keys.from()));
      }
      if (!keys.to().isEmpty()) {
        conditions.add(row(table) + (keys.including() ? " <= " : " < ") + values(table, keys.to()));
      }
    }
    if (range instanceof TableRange.Exactly exactly) {
      conditions.add(isOneOf(table, exactly));
    }
    if (!rowFilter.isEmpty()) {
      conditions.add("(" + rowFilter + ")");
    }
    return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
  }

  private static String isOneOf(PublishedTable table, TableRange.Exactly wanted) {
    String columns =
        wanted.columns().stream()
            .map(i -> TableId.quote(table.relation().columns().get(i).name()))
            .collect(Collectors.joining(", "));
    List<String> rows = new ArrayList<>();
    for (List<String> key : wanted.keys()) {
      List<String> typed = new ArrayList<>();
      for (int i = 0; i < key.size(); i++) {
        typed.add(
            "CAST("
                + literal(key.get(i))
                + " AS "
                + table.columnTypes().get(wanted.columns().get(i))
                + ")");
      }
      rows.add("(" + String.join(", ", typed) + ")");
    }
    return "(" + columns + ") IN (" + String.join(", ", rows) + ")";
  }

  static String keyList(PublishedTable table) {
    return table.primaryKey().stream().map(TableId::quote).collect(Collectors.joining(", "));
  }

  static String keyTexts(PublishedTable table) {
    return table.primaryKey().stream()
        .map(name -> TableId.quote(name) + "::pg_catalog.text")
        .collect(Collectors.joining(", "));
  }

  /** {@code (page,line)} as one number. */
  static long address(String ctid) {
    int comma = ctid.indexOf(',');
    return Long.parseLong(ctid.substring(1, comma)) << 16
        | Long.parseLong(ctid.substring(comma + 1, ctid.length() - 1));
  }

  static String literal(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  private static String row(PublishedTable table) {
    return "(" + keyList(table) + ")";
  }

  private static String values(PublishedTable table, List<String> values) {
    List<String> typed = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      typed.add("CAST(" + literal(values.get(i)) + " AS " + type(table, i) + ")");
    }
    return "(" + String.join(", ", typed) + ")";
  }

  private static String type(PublishedTable table, int keyColumn) {
    String name = table.primaryKey().get(keyColumn);
    List<RelationColumn> columns = table.relation().columns();
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return table.columnTypes().get(i);
      }
    }
    throw new IllegalArgumentException("a key column is not published");
  }
}
