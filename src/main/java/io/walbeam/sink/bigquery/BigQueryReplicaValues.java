package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableCell;
import com.google.api.services.bigquery.model.TableRow;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.sink.ReplicaValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads values by query, because a list of a table's rows would not show latest changes. */
final class BigQueryReplicaValues implements ReplicaValues {
  private final BigQueryRest rest;
  private final BigQueryTables tables;

  BigQueryReplicaValues(BigQueryRest rest, BigQueryTables tables) {
    this.rest = rest;
    this.tables = tables;
  }

  @Override
  public void all(DestinationTable wanted, Rows rows) throws InterruptedException {
    DestinationTable table = tables.existing(wanted).orElse(wanted);
    Optional<Table> there = rest.get(table.name());
    if (there.isEmpty()) {
      return;
    }
    List<DestinationType> types = WantedKeys.types(table);
    rest.query(
        table.name(),
        "SELECT "
            + table.primaryKey().stream()
                .map(key -> "t.`" + key + "`, ")
                .collect(Collectors.joining())
            + values(table, there.get())
            + " FROM "
            + rest.settings().quoted(table.name())
            + " AS t",
        Map.of(),
        page -> {
          for (TableRow row : page) {
            rows.take(row(BigQueryOutdatedRows.key(row, types), row, types.size()));
          }
        });
  }

  @Override
  public void of(DestinationTable wanted, List<List<String>> keys, Rows rows)
      throws InterruptedException {
    DestinationTable table = tables.existing(wanted).orElse(wanted);
    Optional<Table> there = rest.get(table.name());
    if (there.isEmpty()) {
      return;
    }
    List<DestinationType> types = WantedKeys.types(table);
    for (int from = 0; from < keys.size(); from += WantedKeys.PER_QUERY) {
      List<List<String>> some =
          keys.subList(from, Math.min(keys.size(), from + WantedKeys.PER_QUERY));
      Map<String, String> parameters = new TreeMap<>();
      rest.query(
          table.name(),
          "SELECT k.i, "
              + values(table, there.get())
              + " FROM ("
              + WantedKeys.rows(some, types, parameters)
              + ") AS k JOIN "
              + rest.settings().quoted(table.name())
              + " AS t ON "
              + WantedKeys.condition(table),
          parameters,
          page -> {
            for (TableRow row : page) {
              int number = WantedKeys.number(row.getF().get(0)).orElseThrow().intValue();
              rows.take(row(some.get(number), row, 1));
            }
          });
    }
  }

  /** The position, and every column but {@code _walbeam}. */
  private static String values(DestinationTable table, Table there) {
    Set<String> existing =
        there.getSchema().getFields().stream()
            .map(field -> field.getName().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    StringBuilder sql = new StringBuilder("t._walbeam.commit_lsn");
    int number = 0;
    for (DestinationColumn column : table.columns()) {
      if (column.type() != DestinationType.STRUCT) {
        sql.append(", ")
            .append(
                existing.contains(column.name().toLowerCase(Locale.ROOT))
                    ? "t.`" + column.name() + "`"
                    : "CAST(NULL AS STRING)")
            .append(" AS v")
            .append(number++);
      }
    }
    return sql.toString();
  }

  /** A value, or the elements of an array, each of which is a cell. */
  private static List<String> texts(@Nullable Object value) {
    if (value instanceof String text) {
      return List.of(text);
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof List<?> elements) {
      for (Object element : elements) {
        if (element instanceof Map<?, ?> cell && cell.get("v") instanceof String text) {
          texts.add(text);
        }
      }
    }
    return texts;
  }

  private static Row row(List<String> key, TableRow row, int first) {
    List<TableCell> cells = row.getF();
    List<List<String>> values = new ArrayList<>();
    for (int i = first + 1; i < cells.size(); i++) {
      values.add(texts(cells.get(i).getV()));
    }
    return new Row(key, WantedKeys.number(cells.get(first)).orElse(0L), values);
  }
}
