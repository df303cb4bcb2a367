package io.walbeam.row;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads encoded rows back, as the destination does, with a descriptor built from the table. */
public final class ProtoRows {
  private final Descriptor descriptor;

  public ProtoRows(DestinationTable table) {
    List<DestinationColumn> columns = new ArrayList<>(table.columns());
    if (table.keyed()) {
      columns.add(text("_CHANGE_TYPE", DestinationTable.CHANGE_TYPE_FIELD));
      columns.add(text("_CHANGE_SEQUENCE_NUMBER", DestinationTable.SEQUENCE_NUMBER_FIELD));
    }
    FileDescriptorProto file =
        FileDescriptorProto.newBuilder()
            .setName("row.proto")
            .setSyntax("proto2")
            .addMessageType(message("Row", columns))
            .build();
    try {
      descriptor =
          FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Row");
    } catch (DescriptorValidationException e) {
      throw new AssertionError("every table has a valid descriptor", e);
    }
  }

  /**
   * Column name to value, of the columns that are present; a STRUCT is a map of its own, a REPEATED
   * column a list.
   */
  public Map<String, Object> read(EncodedRow row) {
    try {
      DynamicMessage message =
          DynamicMessage.newBuilder(descriptor)
              .mergeFrom(row.bytes(), row.offset(), row.length())
              .build();
      return values(message);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("every row is valid protobuf", e);
    }
  }

  private static Map<String, Object> values(DynamicMessage message) {
    assertNothingUnknown(message);
    Map<String, Object> values = new LinkedHashMap<>();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      Object value = field.getValue();
      values.put(
          field.getKey().getName(),
          value instanceof DynamicMessage struct ? values(struct) : value);
    }
    return values;
  }

  private static void assertNothingUnknown(DynamicMessage message) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      throw new AssertionError("fields or wire types that the table does not have");
    }
  }

  private static DescriptorProto message(String name, List<DestinationColumn> columns) {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
    for (DestinationColumn column : columns) {
      FieldDescriptorProto.Builder field =
          FieldDescriptorProto.newBuilder()
              .setName(column.name())
              .setNumber(column.field())
              .setLabel(label(column));
      if (column.type() == DestinationType.STRUCT) {
        String nested = "Struct" + column.field();
        message.addNestedType(message(nested, column.members()));
        field.setType(FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(nested);
      } else {
        field.setType(type(column.type()));
      }
      message.addField(field);
    }
    return message.build();
  }

  private static Label label(DestinationColumn column) {
    if (column.repeated()) {
      return Label.LABEL_REPEATED;
    }
    return column.required() ? Label.LABEL_REQUIRED : Label.LABEL_OPTIONAL;
  }

  private static FieldDescriptorProto.Type type(DestinationType type) {
    return switch (type) {
      case BOOL -> FieldDescriptorProto.Type.TYPE_BOOL;
      case INT64, TIMESTAMP -> FieldDescriptorProto.Type.TYPE_INT64;
      case FLOAT64 -> FieldDescriptorProto.Type.TYPE_DOUBLE;
      case DATE -> FieldDescriptorProto.Type.TYPE_INT32;
      case BYTES -> FieldDescriptorProto.Type.TYPE_BYTES;
      case STRING, NUMERIC, BIGNUMERIC, TIME, DATETIME, JSON ->
          FieldDescriptorProto.Type.TYPE_STRING;
      case STRUCT -> FieldDescriptorProto.Type.TYPE_MESSAGE;
    };
  }

  private static DestinationColumn text(String name, int field) {
    return new DestinationColumn(name, DestinationType.STRING, field, true, "", List.of());
  }
}
