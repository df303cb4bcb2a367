package io.walbeam.sink.file;

import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** The record that the columns of a table make. Used by one thread, once. */
final class AvroSchemas {
  private static final String NAMESPACE = "io.walbeam";

  /** One record for columns of the same members; a name stands for one record. */
  private final Map<List<DestinationColumn>, Schema> records = new HashMap<>();

  private AvroSchemas() {}

  static Schema of(DestinationTable table) {
    return new AvroSchemas().record("Change", table.description(), table.columns());
  }

  private Schema record(String name, String doc, List<DestinationColumn> columns) {
    List<Schema.Field> fields = new ArrayList<>();
    for (DestinationColumn column : columns) {
      Schema type = type(column);
      Schema repeated = column.repeated() ? Schema.createArray(type) : type;
      fields.add(
          column.required()
              ? new Schema.Field(column.name(), repeated, column.description())
              : new Schema.Field(
                  column.name(),
                  Schema.createUnion(Schema.create(Schema.Type.NULL), repeated),
                  column.description(),
                  Schema.Field.NULL_DEFAULT_VALUE));
    }
    return Schema.createRecord(name, doc, NAMESPACE, false, fields);
  }

  private Schema type(DestinationColumn column) {
    return switch (column.type()) {
      case BOOL -> Schema.create(Schema.Type.BOOLEAN);
      case INT64 -> Schema.create(Schema.Type.LONG);
      case FLOAT64 -> Schema.create(Schema.Type.DOUBLE);
      case NUMERIC, BIGNUMERIC ->
          LogicalTypes.decimal(column.type().digits(), column.type().scale())
              .addToSchema(Schema.create(Schema.Type.BYTES));
      case STRING -> Schema.create(Schema.Type.STRING);
      case BYTES -> Schema.create(Schema.Type.BYTES);
      case DATE -> LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
      case TIME -> LogicalTypes.timeMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case DATETIME ->
          LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case TIMESTAMP -> LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG));
      case JSON -> json();
      case STRUCT -> struct(column);
    };
  }

  /** As BigQuery marks it in what it exports, and understands it. */
  private static Schema json() {
    Schema text = Schema.create(Schema.Type.STRING);
    text.addProp("sqlType", DestinationType.JSON.name());
    return text;
  }

  private Schema struct(DestinationColumn column) {
    Schema known = records.get(column.members());
    if (known == null) {
      known = record(recordName(column.name()), "", column.members());
      records.put(column.members(), known);
    }
    return known;
  }

  /** The row before a change and the row after it are one record. */
  private static String recordName(String column) {
    return switch (column) {
      case "before", "after" -> "Row";
      case "key" -> "Key";
      case "_walbeam_texts" -> "Text";
      default -> column.substring(0, 1).toUpperCase(Locale.ROOT) + column.substring(1);
    };
  }
}
