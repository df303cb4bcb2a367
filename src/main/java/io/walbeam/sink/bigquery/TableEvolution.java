package io.walbeam.sink.bigquery;

import com.google.api.services.bigquery.model.Table;
import com.google.api.services.bigquery.model.TableConstraints;
import com.google.api.services.bigquery.model.TableFieldSchema;
import com.google.api.services.bigquery.model.TableSchema;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Compares a table that exists with the one wanted. Pure.
 *
 * <p>Columns are only added, NULLABLE and at the end ("Modify table schemas"). Clustering,
 * staleness and descriptions of an existing table are its owner's affair. Columns that are there
 * and not wanted stay and are NULL in new rows.
 */
final class TableEvolution {
  /** What to do with an existing table. */
  sealed interface Plan {}

  /**
   * Nothing to do.
   *
   * @param table as it is to be written to: with the names that its columns have
   */
  record Fits(DestinationTable table) implements Plan {}

  /**
   * Patch the schema.
   *
   * @param table see {@link Fits}
   */
  record Extend(TableSchema schema, DestinationTable table) implements Plan {}

  /**
   * Rows of another key are in it: those of the wanted key go into a table of their own.
   *
   * @param conflict what is wrong if they cannot
   */
  record OtherKey(Conflict conflict) implements Plan {}

  /** Something that rows cannot be written to has the name. */
  record NoTable(Conflict conflict) implements Plan {}

  /** The table is another source table's. */
  record Another(String message, String remedy) implements Plan {}

  /** A person must decide. */
  record Conflict(String message, String remedy) implements Plan {}

  /** Stops the comparison at the first conflict. */
  private static final class ConflictException extends Exception {
    private static final long serialVersionUID = 1L;
    final transient Conflict conflict;

    ConflictException(String message, String remedy) {
      super(message, null, false, false);
      this.conflict = new Conflict(message, remedy);
    }
  }

  private static final String OTHER_TABLE =
      "Move it out of the way and dump the table again, or write to another dataset.";

  private final DestinationTable wanted;
  private boolean extended;

  private TableEvolution(DestinationTable wanted) {
    this.wanted = wanted;
  }

  static Plan plan(Table existing, DestinationTable wanted) {
    String kind = existing.getType();
    try {
      if (kind != null && !kind.equals("TABLE")) {
        return new NoTable(
            new Conflict(
                "BigQuery table "
                    + wanted.name()
                    + " is not a table but a "
                    + kind.toLowerCase(Locale.ROOT)
                    + ".",
                OTHER_TABLE));
      }
      TableSchema schema =
          existing.getSchema() == null ? new TableSchema() : existing.getSchema().clone();
      List<TableFieldSchema> fields = schema.getFields() == null ? List.of() : schema.getFields();
      DestinationTable resolved = ColumnResolution.of(fields, wanted);
      return new TableEvolution(resolved).compare(existing, schema);
    } catch (ConflictException e) {
      return e.conflict;
    }
  }

  private Plan compare(Table existing, TableSchema schema) throws ConflictException {
    List<String> key = key(existing.getTableConstraints());
    if (!lowerCase(key).equals(lowerCase(wanted.primaryKey()))) {
      return new OtherKey(
          conflict(
                  "has the primary key ("
                      + String.join(", ", key)
                      + "), but rows are written by the key ("
                      + String.join(", ", wanted.primaryKey())
                      + ")",
                  OTHER_TABLE)
              .conflict);
    }
    List<TableFieldSchema> fields = extend("", schema.getFields(), wanted.columns());
    return extended ? new Extend(schema.setFields(fields), wanted) : new Fits(wanted);
  }

  /** The columns of the table's primary key, empty if it has none. */
  static List<String> primaryKey(@Nullable TableConstraints constraints) {
    return constraints == null
            || constraints.getPrimaryKey() == null
            || constraints.getPrimaryKey().getColumns() == null
        ? List.of()
        : constraints.getPrimaryKey().getColumns();
  }

  private List<String> key(@Nullable TableConstraints constraints) throws ConflictException {
    List<String> key = primaryKey(constraints);
    if (!wanted.keyed()) {
      if (!key.isEmpty()) {
        throw conflict(
            "has the primary key (" + String.join(", ", key) + "), but rows are appended to it",
            "Run ALTER TABLE ... DROP PRIMARY KEY on it. Only a changelog from an earlier version"
                + " keeps its key: start walbeam again then.");
      }
      return key;
    }
    String names = String.join(", ", wanted.primaryKey());
    if (key.isEmpty()) {
      throw conflict(
          "has no primary key, but rows are written by the key (" + names + ")",
          "Run ALTER TABLE ... ADD PRIMARY KEY (" + names + ") NOT ENFORCED on it.");
    }
    return key;
  }

  private List<TableFieldSchema> extend(
      String prefix, @Nullable List<TableFieldSchema> existing, List<DestinationColumn> columns)
      throws ConflictException {
    List<TableFieldSchema> fields =
        existing == null ? new ArrayList<>() : new ArrayList<>(existing);
    TreeMap<String, TableFieldSchema> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    fields.forEach(field -> byName.put(field.getName(), field));
    for (DestinationColumn column : columns) {
      String name = prefix + column.name();
      TableFieldSchema field = byName.remove(column.name());
      if (field == null) {
        if (column.required()) {
          throw conflict("has no column " + name + ", which is part of the key", OTHER_TABLE);
        }
        fields.add(TableDefinitions.field(column));
        extended = true;
      } else {
        compareColumn(name, field, column);
        if (column.type() == DestinationType.STRUCT) {
          field.setFields(extend(name + ".", field.getFields(), column.members()));
        }
      }
    }
    for (TableFieldSchema field : byName.values()) {
      if ("REQUIRED".equals(field.getMode()) && field.getDefaultValueExpression() == null) {
        throw mandatory(prefix + field.getName(), "but the source has no such column");
      }
    }
    return fields;
  }

  private void compareColumn(String name, TableFieldSchema field, DestinationColumn column)
      throws ConflictException {
    if (!RestTypes.isSame(field, column)) {
      String found = RestTypes.isRepeated(field) ? "ARRAY" : field.getType();
      throw conflict(
          "has column " + name + " of type " + found + ", but " + column.typeName() + " is needed",
          "Change the column's type with ALTER TABLE ... ALTER COLUMN ... SET DATA TYPE where"
              + " BigQuery allows it, or move the table out of the way and dump it again.");
    }
    if (field.getPrecision() != null) {
      throw conflict(
          "has column " + name + " of limited precision, which rounds values silently",
          "Widen the column to plain "
              + column.type()
              + " with ALTER TABLE ... ALTER COLUMN ... SET"
              + " DATA TYPE.");
    }
    if ("REQUIRED".equals(field.getMode()) && !column.required()) {
      throw mandatory(name, "but the source may send NULL");
    }
  }

  private ConflictException mandatory(String name, String but) {
    return conflict(
        "has the REQUIRED column " + name + ", " + but,
        "Run ALTER TABLE ... ALTER COLUMN " + name + " DROP NOT NULL on it.");
  }

  private ConflictException conflict(String what, String remedy) {
    return new ConflictException("BigQuery table " + wanted.name() + " " + what + ".", remedy);
  }

  private static Set<String> lowerCase(List<String> names) {
    Set<String> lower = new HashSet<>();
    names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    return lower;
  }
}
