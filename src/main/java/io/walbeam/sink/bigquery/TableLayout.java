package io.walbeam.sink.bigquery;

import com.google.cloud.bigquery.storage.v1.AnnotationsProto;
import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import io.walbeam.row.DestinationColumn;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A prepared table: its default stream and the writer schema of its rows. Immutable; compared by
 * identity, one instance per {@link DestinationTable} and sink.
 *
 * <p>BigQuery matches fields and columns by name, so field numbers are ours ("Supported protocol
 * buffer and Arrow data types" for the types, storage.proto for the schema).
 */
final class TableLayout {
  private static final String CHANGE_TYPE = "_CHANGE_TYPE";
  private static final String SEQUENCE_NUMBER = "_CHANGE_SEQUENCE_NUMBER";

  /** What protobuf takes for a field name; other columns are named by an annotation. */
  private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final DestinationTable wanted;
  private final DestinationTable table;
  private final String stream;
  private final ProtoSchema writerSchema;

  /**
   * @param wanted as the source's table asks for it
   * @param table as it is there: the same rows, under the names that table and columns have
   */
  TableLayout(DestinationTable wanted, DestinationTable table, String stream) {
    this.wanted = wanted;
    this.table = table;
    this.stream = stream;
    this.writerSchema = writerSchema(table);
  }

  DestinationTable wanted() {
    return wanted;
  }

  DestinationTable table() {
    return table;
  }

  String name() {
    return table.name();
  }

  boolean keyed() {
    return table.keyed();
  }

  String stream() {
    return stream;
  }

  ProtoSchema writerSchema() {
    return writerSchema;
  }

  private static ProtoSchema writerSchema(DestinationTable table) {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName("Row");
    if (table.keyed()) {
      message.addField(changeField(CHANGE_TYPE, DestinationTable.CHANGE_TYPE_FIELD));
      message.addField(changeField(SEQUENCE_NUMBER, DestinationTable.SEQUENCE_NUMBER_FIELD));
    }
    addColumns(message, table.columns());
    return ProtoSchema.newBuilder().setProtoDescriptor(message).build();
  }

  private static FieldDescriptorProto changeField(String name, int number) {
    return FieldDescriptorProto.newBuilder()
        .setName(name)
        .setNumber(number)
        .setType(FieldDescriptorProto.Type.TYPE_STRING)
        .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
        .build();
  }

  private static void addColumns(DescriptorProto.Builder message, List<DestinationColumn> columns) {
    for (DestinationColumn column : columns) {
      FieldDescriptorProto.Builder field =
          FieldDescriptorProto.newBuilder()
              .setNumber(column.field())
              .setType(fieldType(column.type()))
              .setLabel(label(column));
      if (FIELD_NAME.matcher(column.name()).matches()) {
        field.setName(column.name());
      } else {
        field.setName("column_" + column.field());
        field.getOptionsBuilder().setExtension(AnnotationsProto.columnName, column.name());
      }
      if (column.type() == DestinationType.STRUCT) {
        DescriptorProto.Builder nested =
            message.addNestedTypeBuilder().setName("Struct" + column.field());
        addColumns(nested, column.members());
        field.setTypeName(nested.getName());
      }
      message.addField(field);
    }
  }

  private static FieldDescriptorProto.Label label(DestinationColumn column) {
    if (column.repeated()) {
      return FieldDescriptorProto.Label.LABEL_REPEATED;
    }
    return column.required()
        ? FieldDescriptorProto.Label.LABEL_REQUIRED
        : FieldDescriptorProto.Label.LABEL_OPTIONAL;
  }

  private static FieldDescriptorProto.Type fieldType(DestinationType type) {
    return switch (type) {
      case BOOL -> FieldDescriptorProto.Type.TYPE_BOOL;
      case INT64, TIMESTAMP -> FieldDescriptorProto.Type.TYPE_INT64;
      case FLOAT64 -> FieldDescriptorProto.Type.TYPE_DOUBLE;
      case DATE -> FieldDescriptorProto.Type.TYPE_INT32;
      case NUMERIC, BIGNUMERIC, STRING, TIME, DATETIME, JSON ->
          FieldDescriptorProto.Type.TYPE_STRING;
      case BYTES -> FieldDescriptorProto.Type.TYPE_BYTES;
      case STRUCT -> FieldDescriptorProto.Type.TYPE_MESSAGE;
    };
  }
}
