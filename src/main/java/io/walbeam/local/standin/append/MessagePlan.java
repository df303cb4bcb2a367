package io.walbeam.local.standin.append;

import com.google.cloud.bigquery.storage.v1.StorageError.StorageErrorCode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.WireFormat;
import com.google.rpc.Code;
import io.walbeam.local.standin.AppendFailure;
import io.walbeam.local.standin.Names;
import io.walbeam.local.standin.TableRef;
import io.walbeam.local.standin.store.Column;
import io.walbeam.local.standin.store.ColumnType;
import io.walbeam.local.standin.store.RowProblem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How a writer's message is read into the fields of a table or RECORD: compiled once per writer
 * schema and table version, then walked over the raw bytes of each row. Fields are matched by name,
 * ignoring case; field numbers are free.
 */
final class MessagePlan {
  private record Field(
      int index, Column column, FieldReader reader, boolean packable, int wireType) {}

  /** Field numbers up to this are looked up in an array, larger ones in a map. */
  private static final int MAX_DENSE = 10_000;

  private final List<Column> columns;
  private final Field[] byNumber;
  private final Map<Integer, Field> sparse;

  private MessagePlan(List<Column> columns, Field[] byNumber, Map<Integer, Field> sparse) {
    this.columns = columns;
    this.byNumber = byNumber;
    this.sparse = sparse;
  }

  /**
   * @param extra readers for fields that are not columns, by lower-case name; their values follow
   *     those of the columns
   */
  static MessagePlan compile(
      DescriptorProto message,
      Map<String, DescriptorProto> types,
      List<Column> columns,
      List<Column> extra,
      TableRef table,
      String prefix)
      throws AppendFailure {
    List<Column> all = new ArrayList<>(columns);
    all.addAll(extra);
    Map<String, Integer> indexes = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      indexes.put(Names.fold(all.get(i).name()), i);
    }
    int largest = 0;
    for (FieldDescriptorProto field : message.getFieldList()) {
      largest = Math.max(largest, field.getNumber());
    }
    Map<Integer, Field> fields = new HashMap<>();
    boolean[] seen = new boolean[all.size()];
    for (FieldDescriptorProto field : message.getFieldList()) {
      String path = prefix + field.getName();
      Integer index = indexes.get(Names.fold(Names.ofField(field)));
      if (index == null) {
        throw AppendFailure.storage(
            Code.INVALID_ARGUMENT,
            StorageErrorCode.SCHEMA_MISMATCH_EXTRA_FIELDS,
            table.streamName(),
            "Input schema has more fields than BigQuery schema, extra fields: '" + path + "'");
      }
      if (seen[index]) {
        throw AppendFailure.invalid("The proto field " + path + " is given twice");
      }
      seen[index] = true;
      Column column = all.get(index);
      boolean repeated = field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED;
      if (repeated != column.repeated()) {
        throw AppendFailure.invalid(
            "The proto field and BigQuery field mode mismatched at "
                + path
                + ". Entity: "
                + table.streamName());
      }
      boolean nested = field.getType() == FieldDescriptorProto.Type.TYPE_MESSAGE;
      FieldReader reader =
          nested
              ? nestedReader(field, types, column, table, path)
              : FieldReader.of(field.getType(), column);
      if (reader == null) {
        throw AppendFailure.invalid(
            "The proto field mismatched with BigQuery field at "
                + path
                + ", the proto field type "
                + Names.ofType(field.getType())
                + ", BigQuery field type "
                + column.type().restName()
                + ". Entity: "
                + table.streamName());
      }
      boolean packable =
          repeated
              && !nested
              && field.getType() != FieldDescriptorProto.Type.TYPE_STRING
              && field.getType() != FieldDescriptorProto.Type.TYPE_BYTES;
      fields.put(
          field.getNumber(),
          new Field(index, column, reader, packable, Names.wireType(field.getType())));
    }
    Field[] byNumber = new Field[Math.min(largest, MAX_DENSE) + 1];
    Map<Integer, Field> sparse = new HashMap<>();
    fields.forEach(
        (number, field) -> {
          if (number < byNumber.length) {
            byNumber[number] = field;
          } else {
            sparse.put(number, field);
          }
        });
    return new MessagePlan(all, byNumber, sparse);
  }

  private static FieldReader nestedReader(
      FieldDescriptorProto field,
      Map<String, DescriptorProto> types,
      Column column,
      TableRef table,
      String path)
      throws AppendFailure {
    if (column.type() != ColumnType.RECORD) {
      throw AppendFailure.invalid(
          "The proto field mismatched with BigQuery field at "
              + path
              + ", the proto field type message, BigQuery field type "
              + column.type().restName()
              + ". Entity: "
              + table.streamName());
    }
    String name = field.getTypeName();
    DescriptorProto type = types.get(name.substring(name.lastIndexOf('.') + 1));
    if (type == null) {
      throw AppendFailure.invalid(
          "Invalid proto schema: type of field " + path + " is not nested in the message");
    }
    MessagePlan plan =
        compile(
            type, Names.nestedTypes(type, types), column.fields(), List.of(), table, path + ".");
    return in -> {
      int length = in.readRawVarint32();
      int old = in.pushLimit(length);
      Object[] values = plan.read(in);
      in.popLimit(old);
      plan.checkRequired(values, true);
      return values;
    };
  }

  /** Reads one message up to the stream's limit. */
  Object[] read(CodedInputStream in) throws IOException, RowProblem {
    Object[] values = new Object[columns.size()];
    int tag;
    while ((tag = in.readTag()) != 0) {
      int number = WireFormat.getTagFieldNumber(tag);
      Field field = number < byNumber.length ? byNumber[number] : sparse.get(number);
      int wireType = WireFormat.getTagWireType(tag);
      if (field == null) {
        in.skipField(tag);
        continue;
      }
      boolean packed = field.packable() && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED;
      if (wireType != field.wireType() && !packed) {
        throw new RowProblem("Wire type mismatch in field " + field.column().name());
      }
      if (!field.column().repeated()) {
        values[field.index()] = field.reader().read(in);
      } else {
        @SuppressWarnings("unchecked") // only this method puts values there
        List<Object> list = (List<Object>) values[field.index()];
        if (list == null) {
          list = new ArrayList<>();
          values[field.index()] = list;
        }
        if (packed) {
          int old = in.pushLimit(in.readRawVarint32());
          while (!in.isAtEnd()) {
            list.add(field.reader().read(in));
          }
          in.popLimit(old);
        } else {
          list.add(field.reader().read(in));
        }
      }
    }
    return values;
  }

  /** Whether the message begins with a field of the writer's schema, of that field's wire type. */
  boolean knowsFirstTag(ByteString message) {
    int tag = 0;
    for (int i = 0; i < Math.min(message.size(), 5); i++) {
      byte b = message.byteAt(i);
      tag |= (b & 0x7F) << (7 * i);
      if (b >= 0) {
        int number = WireFormat.getTagFieldNumber(tag);
        Field field = number < byNumber.length ? byNumber[number] : sparse.get(number);
        return field != null
            && (field.wireType() == WireFormat.getTagWireType(tag) || field.packable());
      }
    }
    return message.isEmpty();
  }

  /** Fills absent repeated fields with the empty list and refuses absent REQUIRED ones. */
  void checkRequired(Object[] values, boolean all) throws RowProblem {
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      if (values[i] != null) {
        continue;
      }
      if (column.repeated()) {
        values[i] = List.of();
      } else if (all && column.required()) {
        throw new RowProblem("Field " + column.name() + " is REQUIRED but has no value");
      }
    }
  }
}
