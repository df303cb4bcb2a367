package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.TableFieldSchema;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Finds the column of an existing table for each column that is wanted. Pure; used once.
 *
 * <p>The existing table is the memory: the description of each column names the source's column
 * that it was made for. So every worker decides alike, and a column keeps its place when another
 * one that had the nicer name is dropped. A column of another type than the one that is there,
 * which BigQuery cannot change, goes beside it: {@code price__string}.
 */
final class ColumnResolution {
  /** Between a column's name and the type that tells it from the one that was there before. */
  private static final String TYPE_MARK = "__";

  /** Behind the type of a column that is an array. */
  private static final String ARRAY = "_array";

  private final TreeMap<String, TableFieldSchema> fields =
      new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  /** Old and new names of columns that are found under another name than the wanted one. */
  private final Map<String, String> renamed = new HashMap<>();

  private final TreeMap<String, DestinationColumn> taken =
      new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  private ColumnResolution(List<TableFieldSchema> existing) {
    existing.forEach(field -> fields.put(field.getName(), field));
  }

  /** The table as it is to be written to: the same, with the names that its columns have there. */
  static DestinationTable of(List<TableFieldSchema> existing, DestinationTable wanted) {
    return new ColumnResolution(existing).resolve(wanted);
  }

  private DestinationTable resolve(DestinationTable wanted) {
    List<DestinationColumn> columns = new ArrayList<>();
    for (DestinationColumn column : wanted.columns()) {
      String name =
          source(column.description()).map(from -> name(column, from)).orElse(column.name());
      taken.put(name, column);
      if (!name.equals(column.name())) {
        renamed.put(column.name(), name);
      }
      columns.add(column.named(name));
    }
    return renamed.isEmpty()
        ? wanted
        : new DestinationTable(
            wanted.name(),
            columns,
            renamed(wanted.primaryKey()),
            renamed(wanted.clustering()),
            wanted.description(),
            wanted.maxStaleness(),
            wanted.partitioning(),
            wanted.view());
  }

  private List<String> renamed(List<String> names) {
    return names.stream().map(name -> renamed.getOrDefault(name, name)).toList();
  }

  private String name(DestinationColumn column, String from) {
    TableFieldSchema usual = fields.get(column.name());
    if (usual != null
        && isFor(usual, from)
        && RestTypes.isSame(usual, column)
        && isFree(column.name())) {
      return column.name();
    }
    for (TableFieldSchema field : fields.values()) {
      if (isFor(field, from) && RestTypes.isSame(field, column) && isFree(field.getName())) {
        return field.getName();
      }
    }
    String name = column.name();
    if (usual != null && source(usual).filter(other -> !other.equals(from)).isPresent()) {
      name = name + "_" + checksum(from);
    }
    String suffix = TYPE_MARK + column.type().name().toLowerCase(Locale.ROOT);
    if (column.repeated()) {
      suffix += ARRAY;
    }
    for (String next = name; ; next = next + suffix) {
      TableFieldSchema field = fields.get(next);
      boolean open = field == null || (source(field).isEmpty() && RestTypes.isSame(field, column));
      if (open && isFree(next)) {
        return next;
      }
    }
  }

  private boolean isFree(String name) {
    return !taken.containsKey(name);
  }

  private static boolean isFor(TableFieldSchema field, String from) {
    return source(field).filter(from::equals).isPresent();
  }

  private static String checksum(String from) {
    CRC32 checksum = new CRC32();
    checksum.update(from.getBytes(StandardCharsets.UTF_8));
    return String.format(Locale.ROOT, "%08x", checksum.getValue());
  }

  /** The source's column that a column was made for; empty if its description does not tell. */
  static Optional<String> source(TableFieldSchema field) {
    String description = field.getDescription();
    return description == null ? Optional.empty() : source(description);
  }

  /** The source's column that a column's description names. */
  private static Optional<String> source(String description) {
    if (!description.startsWith(DestinationColumn.SOURCE)) {
      return Optional.empty();
    }
    int begin = DestinationColumn.SOURCE.length();
    int end = description.indexOf(DestinationColumn.SOURCE_END, begin);
    return end < 0 ? Optional.empty() : Optional.of(description.substring(begin, end));
  }
}
