package io.walbeam.local.live;

import com.google.cloud.bigquery.storage.v1.ProtoSchema;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One row of text and whole numbers as AppendRows takes it, with the schema that explains it. */
final class WriterRow {
  private record Field(String name, int number, Object value) {}

  private final List<Field> fields = new ArrayList<>();
  private int next = 1;

  /** A change of the given type at a position. */
  static WriterRow change(String type, String position) {
    return new WriterRow().with("_CHANGE_TYPE", type).with("_CHANGE_SEQUENCE_NUMBER", position);
  }

  static WriterRow upsert(String position, long id, String name) {
    return change("UPSERT", position).with("id", id).with("name", name);
  }

  static WriterRow delete(String position, long id) {
    return change("DELETE", position).with("id", id);
  }

  /** Adds a field with the next number. */
  WriterRow with(String name, Object value) {
    return with(name, next, value);
  }

  /** Adds a field with a number of one's own. */
  WriterRow with(String name, int number, Object value) {
    fields.add(new Field(name, number, value));
    next = number + 1;
    return this;
  }

  ProtoSchema schema() {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName("Row");
    for (Field field : fields) {
      message.addField(
          FieldDescriptorProto.newBuilder()
              .setName(field.name())
              .setNumber(field.number())
              .setType(
                  field.value() instanceof Long
                      ? FieldDescriptorProto.Type.TYPE_INT64
                      : FieldDescriptorProto.Type.TYPE_STRING)
              .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL));
    }
    return ProtoSchema.newBuilder().setProtoDescriptor(message).build();
  }

  ByteString bytes() {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      for (Field field : fields) {
        if (field.value() instanceof Long number) {
          out.writeInt64(field.number(), number);
        } else {
          out.writeString(field.number(), field.value().toString());
        }
      }
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    return bytes.toByteString();
  }
}
