package io.walbeam.local.standin.append;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import io.walbeam.local.standin.store.Column;
import io.walbeam.local.standin.store.Decimals;
import io.walbeam.local.standin.store.JsonText;
import io.walbeam.local.standin.store.RowProblem;
import io.walbeam.local.standin.store.Times;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reads one protobuf value of a known field and converts it to the column's type, by BigQuery's
 * documented conversions (documentation "Work with protocol buffers", "Data type conversions").
 */
interface FieldReader {
  Object read(CodedInputStream in) throws IOException, RowProblem;

  /** The reader for a scalar field, null if BigQuery has no conversion for the pair of types. */
  static @Nullable FieldReader of(FieldDescriptorProto.Type type, Column column) {
    return switch (column.type()) {
      case INT64 ->
          switch (type) {
            case TYPE_UINT64, TYPE_FIXED64 -> null;
            default -> integer(type);
          };
      case FLOAT64 -> floating(type);
      case BOOL -> bool(type);
      case STRING, GEOGRAPHY ->
          type == FieldDescriptorProto.Type.TYPE_STRING
              ? in -> length(text(in, column), column)
              : null;
      case BYTES ->
          type == FieldDescriptorProto.Type.TYPE_BYTES
                  || type == FieldDescriptorProto.Type.TYPE_STRING
              ? in -> length(in.readByteArray(), column)
              : null;
      case JSON ->
          type == FieldDescriptorProto.Type.TYPE_STRING
              ? in -> JsonText.check(text(in, column), column)
              : null;
      case DATE -> either(type, column, (v) -> Times.date(v, column), (v) -> Times.date(v, column));
      case TIME ->
          either(type, column, (v) -> Times.packedTime(v, column), (v) -> Times.time(v, column));
      case DATETIME ->
          either(
              type,
              column,
              (v) -> Times.packedDatetime(v, column),
              (v) -> Times.datetime(v, column));
      case TIMESTAMP ->
          either(
              type, column, (v) -> Times.timestamp(v, column), (v) -> Times.timestamp(v, column));
      case NUMERIC, BIGNUMERIC -> decimal(type, column);
      case RECORD -> null;
    };
  }

  /** A conversion of one value that may refuse it. */
  interface Conversion<T> {
    Object apply(T value) throws RowProblem;
  }

  private static @Nullable FieldReader either(
      FieldDescriptorProto.Type type,
      Column column,
      Conversion<Long> ofInteger,
      Conversion<String> ofText) {
    if (type == FieldDescriptorProto.Type.TYPE_STRING) {
      return in -> ofText.apply(text(in, column));
    }
    FieldReader integer = type == FieldDescriptorProto.Type.TYPE_ENUM ? null : integer(type);
    return integer == null ? null : in -> ofInteger.apply((Long) integer.read(in));
  }

  private static @Nullable FieldReader bool(FieldDescriptorProto.Type type) {
    if (type == FieldDescriptorProto.Type.TYPE_BOOL) {
      return CodedInputStream::readBool;
    }
    FieldReader integer = integer(type);
    return integer == null ? null : in -> (Long) integer.read(in) != 0;
  }

  private static @Nullable FieldReader integer(FieldDescriptorProto.Type type) {
    return switch (type) {
      case TYPE_INT64, TYPE_UINT64 -> CodedInputStream::readInt64;
      case TYPE_INT32 -> in -> (long) in.readInt32();
      case TYPE_UINT32 -> in -> Integer.toUnsignedLong(in.readUInt32());
      case TYPE_SINT64 -> CodedInputStream::readSInt64;
      case TYPE_SINT32 -> in -> (long) in.readSInt32();
      case TYPE_FIXED32 -> in -> Integer.toUnsignedLong(in.readFixed32());
      case TYPE_SFIXED32 -> in -> (long) in.readSFixed32();
      case TYPE_SFIXED64, TYPE_FIXED64 -> CodedInputStream::readSFixed64;
      case TYPE_ENUM -> in -> (long) in.readEnum();
      default -> null;
    };
  }

  private static @Nullable FieldReader floating(FieldDescriptorProto.Type type) {
    return switch (type) {
      case TYPE_DOUBLE -> CodedInputStream::readDouble;
      case TYPE_FLOAT -> in -> (double) in.readFloat();
      default -> null;
    };
  }

  private static @Nullable FieldReader decimal(FieldDescriptorProto.Type type, Column column) {
    if (type == FieldDescriptorProto.Type.TYPE_STRING) {
      return in -> Decimals.store(Decimals.parse(text(in, column), column), column);
    }
    if (type == FieldDescriptorProto.Type.TYPE_BYTES) {
      return in -> Decimals.store(Decimals.ofBytes(in.readByteArray(), column), column);
    }
    FieldReader floating = floating(type);
    if (floating != null) {
      return in -> {
        double value = (Double) floating.read(in);
        if (!Double.isFinite(value)) {
          throw new RowProblem(column.type() + " value out of range in field " + column.name());
        }
        return Decimals.store(BigDecimal.valueOf(value), column);
      };
    }
    if (type == FieldDescriptorProto.Type.TYPE_UINT64
        || type == FieldDescriptorProto.Type.TYPE_FIXED64) {
      FieldReader unsigned = integer(type);
      return unsigned == null
          ? null
          : in ->
              Decimals.store(
                  new BigDecimal(Long.toUnsignedString((Long) unsigned.read(in))), column);
    }
    FieldReader integer = type == FieldDescriptorProto.Type.TYPE_ENUM ? null : integer(type);
    return integer == null
        ? null
        : in -> Decimals.store(BigDecimal.valueOf((Long) integer.read(in)), column);
  }

  private static String text(CodedInputStream in, Column column) throws IOException, RowProblem {
    int before = in.getTotalBytesRead();
    try {
      return in.readStringRequireUtf8();
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      if (in.getTotalBytesRead() > before) {
        throw new RowProblem("Invalid UTF-8 in field " + column.name());
      }
      throw e;
    }
  }

  private static String length(String value, Column column) throws RowProblem {
    int limit = column.maxLength();
    if (limit > 0 && value.codePointCount(0, value.length()) > limit) {
      throw tooLong(column);
    }
    return value;
  }

  private static byte[] length(byte[] value, Column column) throws RowProblem {
    if (column.maxLength() > 0 && value.length > column.maxLength()) {
      throw tooLong(column);
    }
    return value;
  }

  private static RowProblem tooLong(Column column) {
    return new RowProblem(
        "Field "
            + column.name()
            + ": "
            + column.type()
            + "("
            + column.maxLength()
            + ") has maximum length "
            + column.maxLength()
            + " but got a longer value");
  }
}
