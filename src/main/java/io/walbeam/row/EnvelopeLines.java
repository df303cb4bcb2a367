package io.walbeam.row;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The envelope of each change as one line of JSON: every member is there, null if there is nothing
 * to tell. Values stand as in a JSON column of BigQuery ({@link JsonTypes}); one that has no such
 * form is PostgreSQL's text as a string, so that no value is ever a reason to lose a change.
 */
final class EnvelopeLines implements ChangelogMapping {
  private static final byte[] KEY = member(EnvelopeField.KEY);
  private static final byte[] BEFORE = member(EnvelopeField.BEFORE);
  private static final byte[] AFTER = member(EnvelopeField.AFTER);
  private static final byte[] UNCHANGED = member(EnvelopeField.UNCHANGED);
  private static final byte[] POSITION = member(EnvelopeField.POSITION);
  private static final byte[] COMMIT_TIME = member(EnvelopeField.COMMIT_TIME);
  private static final byte[] TRANSACTION_ID = member(EnvelopeField.TRANSACTION_ID);
  private static final byte[] CONTEXT = member(EnvelopeField.CONTEXT);

  private final DestinationTable destination;

  /** From the brace to the name of the table, for each operation. */
  private final Map<Operation, byte[]> beginnings;

  /** Whether a row begins with where its key is. */
  private final boolean keyed;

  private final EnvelopeRow images;

  private EnvelopeLines(
      DestinationTable destination,
      Map<Operation, byte[]> beginnings,
      EnvelopeRow images,
      boolean keyed) {
    this.destination = destination;
    this.beginnings = beginnings;
    this.images = images;
    this.keyed = keyed;
  }

  /**
   * Compiles the changelog of a table.
   *
   * @param key the table's key, which may not exist
   */
  static EnvelopeLines compile(
      Relation relation, KeyColumns key, SourceTypes types, MappingSettings settings) {
    DestinationTable destination =
        ChangelogMapping.envelopes(relation, EnvelopeField.columns(), settings);
    Map<Operation, byte[]> beginnings = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      RowBuffer out = new RowBuffer();
      out.beginRow();
      out.writeByte('{');
      text(EnvelopeField.OPERATION, operation.name(), out);
      out.writeByte(',');
      text(EnvelopeField.DATABASE, settings.database(), out);
      out.writeByte(',');
      text(EnvelopeField.SCHEMA, relation.table().schema(), out);
      out.writeByte(',');
      text(EnvelopeField.TABLE, relation.table().name(), out);
      beginnings.put(operation, out.endRow().copy());
    }
    EnvelopeRow images =
        EnvelopeRow.of(relation.columns(), key, types, settings, EnvelopeValue.Documents.KEPT);
    return new EnvelopeLines(
        destination, beginnings, images, settings.form() == RowForm.KEYED_LINE);
  }

  @Override
  public DestinationTable destination() {
    return destination;
  }

  @Override
  public EncodedRow encode(
      RowJson json, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta, RowBuffer out) {
    out.beginRow();
    if (keyed) {
      KeyedLine.begin(out);
    }
    JsonLine.write(Objects.requireNonNull(beginnings.get(meta.operation())), out);
    Tuple identified = newRow != null ? newRow : oldRow;
    JsonLine.write(KEY, out);
    if (identified != null && images.hasKey(identified)) {
      int start = out.rowLength();
      images.writeKey(identified, out);
      if (keyed) {
        KeyedLine.noteKey(start, out);
      }
    } else {
      JsonLine.writeNull(out);
    }
    JsonLine.write(BEFORE, out);
    images.writeRow(oldRow, out);
    JsonLine.write(AFTER, out);
    images.writeRow(newRow, out);
    JsonLine.write(UNCHANGED, out);
    images.writeUnchanged(newRow, out);
    JsonLine.write(POSITION, out);
    JsonLine.writePosition(meta, ChangePosition.SEQUENCE_NUMBER_LENGTH, out);
    JsonLine.write(COMMIT_TIME, out);
    JsonLine.writeTime(meta.commitTimeMicros(), out);
    JsonLine.write(TRANSACTION_ID, out);
    JsonLine.writeNumber(meta.transactionId(), out);
    JsonLine.write(CONTEXT, out);
    byte[] context = meta.context();
    if (context == null) {
      JsonLine.writeNull(out);
    } else {
      JsonLine.writeDocument(context, 0, context.length, out);
    }
    out.writeByte('}');
    return out.endRow();
  }

  private static byte[] member(EnvelopeField field) {
    return JsonScalars.ascii(",\"" + field.label() + "\":");
  }

  private static void text(EnvelopeField field, String text, RowBuffer out) {
    JsonLine.write(JsonScalars.ascii('"' + field.label() + "\":"), out);
    JsonLine.write(JsonLine.quoted(text), out);
  }
}
