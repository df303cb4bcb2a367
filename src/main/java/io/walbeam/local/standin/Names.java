package io.walbeam.local.standin;

import com.google.cloud.bigquery.storage.v1.AnnotationsProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.WireFormat;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Names in writer schemas, and how they are compared with those of columns. */
public final class Names {
  private static final String TYPE_PREFIX = "TYPE_";

  private Names() {}

  /** Column names are unique ignoring case. */
  public static String fold(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** The column a field is for: its {@code column_name} annotation if it has one, else its name. */
  public static String ofField(FieldDescriptorProto field) {
    List<ByteString> annotated =
        field
            .getOptions()
            .getUnknownFields()
            .getField(AnnotationsProto.COLUMN_NAME_FIELD_NUMBER)
            .getLengthDelimitedList();
    return annotated.isEmpty()
        ? field.getName()
        : annotated.get(annotated.size() - 1).toStringUtf8();
  }

  public static String ofType(FieldDescriptorProto.Type type) {
    return type.name().substring(TYPE_PREFIX.length()).toLowerCase(Locale.ROOT);
  }

  public static int wireType(FieldDescriptorProto.Type type) {
    return WireFormat.FieldType.valueOf(type.name().substring(TYPE_PREFIX.length())).getWireType();
  }

  /** The types declared inside a message, by simple name, over those of the messages around it. */
  public static Map<String, DescriptorProto> nestedTypes(
      DescriptorProto message, Map<String, DescriptorProto> outer) {
    Map<String, DescriptorProto> types = new HashMap<>(outer);
    for (DescriptorProto nested : message.getNestedTypeList()) {
      types.put(nested.getName(), nested);
    }
    return types;
  }
}
