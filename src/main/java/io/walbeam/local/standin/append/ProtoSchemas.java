package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.TableFieldSchema;
import com.google.cloud.bigquery.storage.v1.TableSchema;
import io.walbeam.local.standin.store.Column;
import io.walbeam.local.standin.store.ColumnType;
import io.walbeam.local.standin.store.TableDefinition;

/** A table's schema in the form of the Storage Write API. */
final class ProtoSchemas {
  private ProtoSchemas() {}

  static TableSchema of(TableDefinition table) {
    TableSchema.Builder schema = TableSchema.newBuilder();
    table.columns().forEach(column -> schema.addFields(field(column)));
    return schema.build();
  }

  private static TableFieldSchema field(Column column) {
    TableFieldSchema.Builder field =
        TableFieldSchema.newBuilder()
            .setName(column.name())
            .setType(type(column.type()))
            .setMode(TableFieldSchema.Mode.valueOf(column.mode().name()))
            .setMaxLength(column.maxLength())
            .setPrecision(column.precision())
            .setScale(column.scale())
            .setDefaultValueExpression(column.defaultExpression());
    column.fields().forEach(nested -> field.addFields(field(nested)));
    return field.build();
  }

  private static TableFieldSchema.Type type(ColumnType type) {
    return switch (type) {
      case INT64 -> TableFieldSchema.Type.INT64;
      case FLOAT64 -> TableFieldSchema.Type.DOUBLE;
      case BOOL -> TableFieldSchema.Type.BOOL;
      case STRING -> TableFieldSchema.Type.STRING;
      case BYTES -> TableFieldSchema.Type.BYTES;
      case DATE -> TableFieldSchema.Type.DATE;
      case TIME -> TableFieldSchema.Type.TIME;
      case DATETIME -> TableFieldSchema.Type.DATETIME;
      case TIMESTAMP -> TableFieldSchema.Type.TIMESTAMP;
      case NUMERIC -> TableFieldSchema.Type.NUMERIC;
      case BIGNUMERIC -> TableFieldSchema.Type.BIGNUMERIC;
      case JSON -> TableFieldSchema.Type.JSON;
      case GEOGRAPHY -> TableFieldSchema.Type.GEOGRAPHY;
      case RECORD -> TableFieldSchema.Type.STRUCT;
    };
  }
}
