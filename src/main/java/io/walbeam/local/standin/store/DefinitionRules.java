package io.walbeam.local.standin.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.Names;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.TableRef;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What BigQuery demands of a table's definition and of a change to it (documentation "Specifying a
 * schema", "Primary and foreign keys", "Clustered tables", "Introduction to partitioned tables",
 * "Modifying table schemas").
 */
public final class DefinitionRules {
  private static final int MAX_KEY_COLUMNS = 16;
  private static final int MAX_CLUSTERING_COLUMNS = 4;
  private static final int MAX_NAME = 300;
  private static final int MAX_TABLE_NAME_BYTES = 1024;
  private static final int MAX_COLUMNS = 10_000;
  private static final int MAX_DEPTH = 15;

  /** Letters, marks, numbers, connectors, dashes and the signs of "Flexible column names". */
  private static final Pattern COLUMN_NAME =
      Pattern.compile("[\\p{L}\\p{M}\\p{N}\\p{Pc}\\p{Pd}&%=+:'<>#| ]+");

  private static final Pattern TABLE_NAME =
      Pattern.compile("[\\p{L}\\p{M}\\p{N}\\p{Pc}\\p{Pd}\\p{Zs}]+");
  private static final Pattern DATASET_NAME = Pattern.compile("[A-Za-z0-9_]{1,1024}");
  private static final List<String> RESERVED_PREFIXES =
      List.of(
          "_CHANGE_TYPE",
          "_CHANGE_SEQUENCE_NUMBER",
          "_CHANGE_TIMESTAMP",
          "_TABLE_",
          "_FILE_",
          "_PARTITION",
          "_ROW_TIMESTAMP",
          "__ROOT__",
          "_COLIDENTIFIER");
  private static final Set<String> PARTITION_TYPES = Set.of("HOUR", "DAY", "MONTH", "YEAR");
  private static final Pattern MAX_STALENESS =
      Pattern.compile("-?\\d+-\\d+ -?\\d+ -?\\d+:\\d+:\\d+(\\.\\d+)?");

  private DefinitionRules() {}

  static void checkDatasetName(String name) {
    if (!DATASET_NAME.matcher(name).matches()) {
      throw RestFailure.invalid(
          "Invalid dataset ID \""
              + name
              + "\". Dataset IDs must be alphanumeric (plus underscores) and must be at most 1024"
              + " characters long.");
    }
  }

  static void checkNew(TableDefinition table) {
    String name = table.ref().table();
    if (!TABLE_NAME.matcher(name).matches()
        || name.getBytes(StandardCharsets.UTF_8).length > MAX_TABLE_NAME_BYTES) {
      throw RestFailure.invalid("Invalid table ID \"" + name + "\".");
    }
    checkDefinition(table);
  }

  static void checkDefinition(TableDefinition table) {
    if (table.isView()) {
      if (table.viewQuery().isBlank()) {
        throw RestFailure.invalid("Required parameter is missing: query");
      }
      if (table.resource().path("view").path("useLegacySql").asBoolean(true)) {
        throw RestFailure.invalid("Views in legacy SQL are not supported here: set useLegacySql");
      }
      return;
    }
    if (table.columns().size() > MAX_COLUMNS) {
      throw RestFailure.invalid("Too many columns: " + table.columns().size());
    }
    checkNames(table.columns(), 1);
    checkKey(table);
    checkClustering(table);
    checkPartitioning(table);
    JsonNode staleness = table.resource().path("maxStaleness");
    if (staleness.isTextual() && !MAX_STALENESS.matcher(staleness.asText()).matches()) {
      throw RestFailure.invalid("Invalid interval literal for maxStaleness");
    }
  }

  private static void checkNames(List<Column> columns, int depth) {
    if (depth > MAX_DEPTH) {
      throw RestFailure.invalid("RECORD fields are nested more than " + MAX_DEPTH + " levels");
    }
    Set<String> seen = new HashSet<>();
    for (Column column : columns) {
      String name = column.name();
      if (name.length() > MAX_NAME || !COLUMN_NAME.matcher(name).matches()) {
        throw RestFailure.invalid(
            "Invalid field name \""
                + name
                + "\". Fields must contain the allowed characters, and be at most 300 characters"
                + " long.");
      }
      String upper = name.toUpperCase(Locale.ROOT);
      for (String prefix : RESERVED_PREFIXES) {
        if (upper.startsWith(prefix)) {
          throw RestFailure.invalid(
              "Invalid field name \""
                  + name
                  + "\". Field names are not allowed to start with the"
                  + " (case-insensitive) prefixes "
                  + String.join(", ", RESERVED_PREFIXES));
        }
      }
      if (!seen.add(Names.fold(name))) {
        throw RestFailure.invalid("Field " + name + " already exists in schema");
      }
      checkNames(column.fields(), depth + 1);
    }
  }

  private static void checkKey(TableDefinition table) {
    List<String> key = table.primaryKey();
    if (key.size() > MAX_KEY_COLUMNS) {
      throw RestFailure.invalid(
          "Primary key has "
              + key.size()
              + " columns, at most "
              + MAX_KEY_COLUMNS
              + " are allowed");
    }
    Set<String> seen = new HashSet<>();
    for (String name : key) {
      Column column = table.column(name);
      if (column == null) {
        throw RestFailure.invalid("Primary key column " + name + " does not exist in the table");
      }
      if (!seen.add(Names.fold(name))) {
        throw RestFailure.invalid("Primary key column " + name + " is given twice");
      }
      if (column.repeated() || !column.type().mayBeKey()) {
        throw RestFailure.invalid(
            "Primary key column " + name + " has unsupported type " + typeName(column));
      }
      if (!column.defaultExpression().isEmpty()) {
        throw RestFailure.invalid("Primary key column " + name + " cannot have a default value");
      }
    }
  }

  private static void checkClustering(TableDefinition table) {
    List<String> fields = Json.texts(table.resource().path("clustering").path("fields"));
    if (fields.size() > MAX_CLUSTERING_COLUMNS) {
      throw RestFailure.invalid(
          "Too many clustering columns: " + fields.size() + ", at most 4 are allowed");
    }
    for (String name : fields) {
      Column column = table.column(name);
      if (column == null) {
        throw RestFailure.invalid(
            "The field specified for clustering cannot be found in the schema: " + name);
      }
      if (column.repeated() || !column.type().mayCluster()) {
        throw RestFailure.invalid(
            "Field " + name + " of type " + typeName(column) + " is not supported for clustering");
      }
    }
  }

  private static void checkPartitioning(TableDefinition table) {
    JsonNode partitioning = table.resource().path("timePartitioning");
    if (!partitioning.isObject()) {
      return;
    }
    String type = partitioning.path("type").asText("");
    if (!PARTITION_TYPES.contains(type)) {
      throw RestFailure.invalid("Invalid value for timePartitioning.type: \"" + type + "\"");
    }
    if (!partitioning.hasNonNull("field")) {
      return;
    }
    String name = partitioning.path("field").asText();
    Column column = table.column(name);
    if (column == null) {
      throw RestFailure.invalid(
          "The field specified for partitioning cannot be found in the schema: " + name);
    }
    boolean fits =
        switch (column.type()) {
          case TIMESTAMP, DATETIME -> true;
          case DATE -> !type.equals("HOUR");
          default -> false;
        };
    if (column.repeated() || !fits) {
      throw RestFailure.invalid(
          "The field specified for partitioning by "
              + type
              + " must be a DATE, DATETIME or TIMESTAMP that has it, not "
              + typeName(column)
              + ": "
              + name);
    }
  }

  private static void checkSamePartitioning(TableDefinition before, TableDefinition after) {
    for (String part : List.of("type", "field")) {
      JsonNode old = before.resource().path("timePartitioning").path(part);
      if (!old.equals(after.resource().path("timePartitioning").path(part))) {
        throw RestFailure.invalid(
            "Cannot change partitioning of table " + before.ref().colonForm() + ": " + part);
      }
    }
  }

  /** Refuses what is not additive: see "Modifying table schemas". */
  static void checkChange(TableDefinition before, TableDefinition after) {
    if (before.isView() != after.isView()) {
      throw RestFailure.invalid("Cannot change the type of table " + before.ref().colonForm());
    }
    checkFields(before.ref(), before.columns(), after.columns(), "");
    checkSamePartitioning(before, after);
    for (String name : before.primaryKey()) {
      if (after.column(name) == null) {
        throw RestFailure.invalid("Primary key column " + name + " cannot be dropped");
      }
    }
    checkDefinition(after);
  }

  private static void checkFields(
      TableRef table, List<Column> before, List<Column> after, String prefix) {
    String failed = "Provided Schema does not match Table " + table.colonForm() + ". ";
    for (int i = 0; i < before.size(); i++) {
      Column old = before.get(i);
      String path = prefix + old.name();
      Column now = null;
      for (Column candidate : after) {
        if (Names.fold(candidate.name()).equals(Names.fold(old.name()))) {
          now = candidate;
        }
      }
      if (now == null) {
        throw RestFailure.invalid(failed + "Field " + path + " is missing in new schema");
      }
      if (after.indexOf(now) != i) {
        throw RestFailure.invalid(failed + "Field " + path + " has changed its place");
      }
      if (now.type() != old.type()) {
        throw RestFailure.invalid(
            failed
                + "Field "
                + path
                + " has changed type from "
                + old.type().restName()
                + " to "
                + now.type().restName());
      }
      boolean relaxed = old.required() && now.mode() == Column.Mode.NULLABLE;
      if (now.mode() != old.mode() && !relaxed) {
        throw RestFailure.invalid(
            failed
                + "Field "
                + path
                + " has changed mode from "
                + old.mode()
                + " to "
                + now.mode());
      }
      checkFields(table, old.fields(), now.fields(), path + ".");
    }
    for (Column added : after.subList(before.size(), after.size())) {
      if (added.required()) {
        throw RestFailure.invalid(
            failed
                + "Cannot add required fields to an existing schema. (field: "
                + prefix
                + added.name()
                + ")");
      }
    }
  }

  /** Keeps only the top-level fields that REST gives a table; unknown ones are an error there. */
  public static ObjectNode withoutOutputFields(ObjectNode resource) {
    ObjectNode copy = resource.deepCopy();
    copy.remove(
        List.of(
            "kind",
            "etag",
            "id",
            "selfLink",
            "numRows",
            "numBytes",
            "numLongTermBytes",
            "creationTime",
            "lastModifiedTime",
            "type",
            "location",
            "tableReference"));
    return copy;
  }

  private static String typeName(Column column) {
    return column.repeated() ? "ARRAY" : column.type().name();
  }
}
