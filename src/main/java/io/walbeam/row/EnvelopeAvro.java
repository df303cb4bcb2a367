package io.walbeam.row;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The envelope of each change as a datum of Avro: the members of {@link EnvelopeField}, rows as
 * records with a typed field for each column.
 *
 * <p>The columns of {@link #destination} are the record's fields: INT64 is a long, DATE a date,
 * TIME, TIMESTAMP and DATETIME count microseconds, NUMERIC and BIGNUMERIC are decimals of 9 and 38
 * digits behind the point, JSON is a string. A field that is not required is a union of null and
 * its type.
 */
final class EnvelopeAvro implements ChangelogMapping {
  private final DestinationTable destination;

  /** The fields before the key, for each operation. */
  private final Map<Operation, byte[]> beginnings;

  private final KeyColumns key;
  private final AvroImage keyImage;
  private final AvroImage rowImage;

  private EnvelopeAvro(
      DestinationTable destination,
      Map<Operation, byte[]> beginnings,
      KeyColumns key,
      AvroImage keyImage,
      AvroImage rowImage) {
    this.destination = destination;
    this.beginnings = beginnings;
    this.key = key;
    this.keyImage = keyImage;
    this.rowImage = rowImage;
  }

  /**
   * Compiles the changelog of a table.
   *
   * @param key the table's key, which may not exist
   */
  static EnvelopeAvro compile(
      Relation relation, KeyColumns key, SourceTypes types, MappingSettings settings) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < relation.columns().size(); i++) {
      all.add(i);
    }
    AvroImage rowImage = AvroImage.compile(relation, all, types, settings);
    AvroImage keyImage =
        AvroImage.compile(relation, key.exists() ? key.positions() : List.of(), types, settings);
    List<DestinationColumn> columns = new ArrayList<>();
    for (EnvelopeField field : EnvelopeField.values()) {
      columns.add(column(field, keyImage, rowImage));
    }
    DestinationTable destination = ChangelogMapping.envelopes(relation, columns, settings);
    Map<Operation, byte[]> beginnings = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      RowBuffer out = new RowBuffer();
      out.beginRow();
      AvroImage.text(operation.name(), out);
      AvroImage.text(settings.database(), out);
      AvroImage.text(relation.table().schema(), out);
      AvroImage.text(relation.table().name(), out);
      beginnings.put(operation, out.endRow().copy());
    }
    return new EnvelopeAvro(destination, beginnings, key, keyImage, rowImage);
  }

  private static DestinationColumn column(
      EnvelopeField field, AvroImage keyImage, AvroImage rowImage) {
    return switch (field) {
      case KEY -> column(field, DestinationType.STRUCT, false, false, keyImage.columns());
      case BEFORE, AFTER -> column(field, DestinationType.STRUCT, false, false, rowImage.columns());
      case UNCHANGED -> column(field, DestinationType.STRING, true, true, List.of());
      case CONTEXT -> column(field, DestinationType.JSON, false, false, List.of());
      case OPERATION, DATABASE, SCHEMA, TABLE, POSITION, COMMIT_TIME, TRANSACTION_ID ->
          column(field, field.type(), true, false, List.of());
    };
  }

  private static DestinationColumn column(
      EnvelopeField field,
      DestinationType type,
      boolean required,
      boolean repeated,
      List<DestinationColumn> members) {
    return new DestinationColumn(
        field.label(), type, field.number(), required, repeated, field.description(), members);
  }

  @Override
  public DestinationTable destination() {
    return destination;
  }

  @Override
  public EncodedRow encode(
      RowJson json, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta, RowBuffer out) {
    out.beginRow();
    JsonLine.write(Objects.requireNonNull(beginnings.get(meta.operation())), out);
    write(keyImage, key.exists() ? newRow != null ? newRow : oldRow : null, out);
    write(rowImage, oldRow, out);
    write(rowImage, newRow, out);
    rowImage.writeUnchanged(newRow, out);
    position(meta, ChangePosition.SEQUENCE_NUMBER_LENGTH, out);
    out.writeZigZag(meta.commitTimeMicros());
    out.writeZigZag(meta.transactionId());
    byte[] context = meta.context();
    if (context == null) {
      out.writeByte(AvroImage.NULL);
    } else {
      out.writeByte(AvroImage.VALUE);
      AvroImage.bytes(context, out);
    }
    return out.endRow();
  }

  private static void write(AvroImage image, @Nullable Tuple row, RowBuffer out) {
    if (row == null) {
      out.writeByte(AvroImage.NULL);
    } else {
      out.writeByte(AvroImage.VALUE);
      image.write(row, out);
    }
  }

  /** A message of the application, as {@link ContextMapping#DESTINATION} has its columns. */
  static EncodedRow context(
      byte[] database, String prefix, byte[] json, RowMeta meta, RowBuffer out) {
    out.beginRow();
    out.writeByte(AvroImage.VALUE);
    position(meta, ContextMapping.COMMIT_POSITION_LENGTH, out);
    out.writeByte(AvroImage.VALUE);
    position(meta, ChangePosition.SEQUENCE_NUMBER_LENGTH, out);
    out.writeByte(AvroImage.VALUE);
    AvroImage.bytes(database, out);
    out.writeByte(AvroImage.VALUE);
    out.writeZigZag(meta.commitTimeMicros());
    out.writeByte(AvroImage.VALUE);
    out.writeZigZag(meta.transactionId());
    out.writeByte(AvroImage.VALUE);
    AvroImage.text(prefix, out);
    out.writeByte(AvroImage.VALUE);
    AvroImage.bytes(json, out);
    return out.endRow();
  }

  /** The first {@code length} characters of the position. */
  private static void position(RowMeta meta, int length, RowBuffer out) {
    out.writeZigZag(length);
    meta.writePosition(length, out);
  }
}
