package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableFieldSchema;
import io.walbeam.row.DestinationType;
import io.walbeam.row.ExistingColumns;
import io.walbeam.sink.ExistingTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the columns and keys of tables. Thread-safe. */
final class BigQueryExistingTables implements ExistingTables {
  private final TableSearch search;

  BigQueryExistingTables(TableSearch search) {
    this.search = search;
  }

  @Override
  public ExistingColumns columns(String table) throws InterruptedException {
    Optional<Table> there = search.find(table);
    if (there.isPresent() && "VIEW".equals(there.get().getType())) {
      // Its schema is that of the day it was made; the last table in its stead has all columns.
      Optional<Table> next = search.find(SuccessorName.of(table, 2));
      for (int number = 3; next.isPresent(); number++) {
        there = next;
        next = search.find(SuccessorName.of(table, number));
      }
    }
    return there.map(BigQueryExistingTables::columns).orElse(ExistingColumns.NONE);
  }

  @Override
  public List<List<String>> keys(String table) throws InterruptedException {
    List<List<String>> keys = new ArrayList<>();
    Optional<Table> there = search.find(table);
    for (int number = 2; there.isPresent(); number++) {
      List<String> key = key(there.get());
      if (!key.isEmpty()) {
        keys.add(0, key);
      }
      there = search.find(SuccessorName.of(table, number));
    }
    return keys;
  }

  /** The columns of the primary key, as the source calls them. */
  static List<String> key(Table table) {
    Map<String, String> sources = new HashMap<>();
    if (table.getSchema() != null && table.getSchema().getFields() != null) {
      for (TableFieldSchema field : table.getSchema().getFields()) {
        ColumnResolution.source(field).ifPresent(source -> sources.put(field.getName(), source));
      }
    }
    return TableEvolution.primaryKey(table.getTableConstraints()).stream()
        .map(name -> sources.getOrDefault(name, name))
        .toList();
  }

  /** Arrays and types that we never write are left out: no source column fits them. */
  static ExistingColumns columns(Table table) {
    List<TableFieldSchema> fields =
        table.getSchema() == null || table.getSchema().getFields() == null
            ? List.of()
            : table.getSchema().getFields();
    Map<String, DestinationType> types = new HashMap<>();
    for (TableFieldSchema field : fields) {
      DestinationType type = RestTypes.type(field.getType());
      if (type != null && !RestTypes.isRepeated(field)) {
        types.put(field.getName(), type);
      }
    }
    return new ExistingColumns(types);
  }
}
