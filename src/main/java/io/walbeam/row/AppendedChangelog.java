package io.walbeam.row;

import io.walbeam.change.ChangePosition;
import io.walbeam.change.Operation;
import io.walbeam.change.Relation;
import io.walbeam.change.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The changelog as a plain table of envelopes that is appended to: partitioned by day of commit and
 * clustered by key, so that queries read what they ask for and nothing ever reads all of it. A
 * change that is written twice is there twice; the view beside it shows it once.
 */
final class AppendedChangelog implements ChangelogMapping {
  /** The key as one text, because BigQuery cannot cluster by JSON. */
  private static final DestinationColumn KEY_TEXT =
      new DestinationColumn(
          "key_text",
          DestinationType.STRING,
          EnvelopeField.CONTEXT.number() + 1,
          false,
          "The key as one text: the value of a single key column, a JSON array of several.",
          List.of());

  /**
   * A context must not make a row too large that is not so by itself. The view finds it anyway;
   * BigQuery takes 10 MB.
   */
  private static final int MOST_BYTES_WITH_CONTEXT = 8_000_000;

  private static final Map<Operation, byte[]> OPERATIONS = operations();

  private final KeyColumns key;
  private final DestinationTable destination;

  /** Database, schema and table, encoded. */
  private final byte[] source;

  private final EnvelopeRow images;

  private AppendedChangelog(
      KeyColumns key, DestinationTable destination, byte[] source, EnvelopeRow images) {
    this.key = key;
    this.images = images;
    this.destination = destination;
    this.source = source;
  }

  static AppendedChangelog compile(
      Relation relation, KeyColumns key, SourceTypes types, MappingSettings settings) {
    List<DestinationColumn> columns = new ArrayList<>(EnvelopeField.columns());
    columns.add(KEY_TEXT);
    String base = settings.tableName().nameOf(relation.table());
    DestinationTable destination =
        new DestinationTable(
            ChangelogMapping.name(relation, settings),
            columns,
            List.of(),
            key.exists() ? List.of(KEY_TEXT.name()) : List.of(),
            ChangelogMapping.description(relation)
                + " A change may be there twice; "
                + base
                + VIEW_SUFFIX
                + " shows it once.",
            "",
            EnvelopeField.COMMIT_TIME.label(),
            Optional.of(
                new ChangesView(
                    base + VIEW_SUFFIX,
                    ChangelogMapping.description(relation)
                        + " Each change is there once, with the context of its transaction.",
                    key.exists() && settings.history() == HistoryMode.SCD2
                        ? HistoryView.of(relation, key, types, settings)
                        : Optional.empty())));
    RowBuffer source = new RowBuffer();
    source.beginRow();
    writeText(EnvelopeField.DATABASE, settings.database(), source);
    writeText(EnvelopeField.SCHEMA, relation.table().schema(), source);
    writeText(EnvelopeField.TABLE, relation.table().name(), source);
    EnvelopeRow images =
        EnvelopeRow.of(relation.columns(), key, types, settings, EnvelopeValue.Documents.CHECKED);
    return new AppendedChangelog(key, destination, source.endRow().copy(), images);
  }

  @Override
  public DestinationTable destination() {
    return destination;
  }

  @Override
  public EncodedRow encode(
      RowJson json, @Nullable Tuple oldRow, @Nullable Tuple newRow, RowMeta meta, RowBuffer out) {
    out.beginRow();
    byte[] operation = Objects.requireNonNull(OPERATIONS.get(meta.operation()));
    out.writeBytes(operation, 0, operation.length);
    out.writeBytes(source, 0, source.length);
    writePosition(meta, out);
    writeNumber(EnvelopeField.COMMIT_TIME, meta.commitTimeMicros(), out);
    writeNumber(EnvelopeField.TRANSACTION_ID, meta.transactionId(), out);
    Tuple keyed = newRow != null ? newRow : oldRow;
    if (keyed != null && key.exists()) {
      int start = begin(EnvelopeField.KEY, out);
      images.writeKey(keyed, out);
      out.endDelimited(start);
      json.writeKeyText(key, keyed);
      tag(KEY_TEXT.field(), ColumnEncoder.DELIMITED, out);
      out.writeDelimited(json.bytes(), 0, json.length());
    }
    writeImage(EnvelopeField.BEFORE, oldRow, out);
    writeImage(EnvelopeField.AFTER, newRow, out);
    if (newRow != null && ChangelogMapping.hasUnchanged(newRow)) {
      int start = begin(EnvelopeField.UNCHANGED, out);
      images.writeUnchanged(newRow, out);
      out.endDelimited(start);
    }
    byte[] context = meta.context();
    if (context != null && out.rowLength() + context.length <= MOST_BYTES_WITH_CONTEXT) {
      tag(EnvelopeField.CONTEXT.number(), ColumnEncoder.DELIMITED, out);
      out.writeDelimited(context, 0, context.length);
    }
    return out.endRow();
  }

  private static void writePosition(RowMeta meta, RowBuffer out) {
    tag(EnvelopeField.POSITION.number(), ColumnEncoder.DELIMITED, out);
    out.writeByte(ChangePosition.SEQUENCE_NUMBER_LENGTH);
    meta.writePosition(ChangePosition.SEQUENCE_NUMBER_LENGTH, out);
  }

  private void writeImage(EnvelopeField field, @Nullable Tuple row, RowBuffer out) {
    if (row != null) {
      int start = begin(field, out);
      images.writeRow(row, out);
      out.endDelimited(start);
    }
  }

  /** Returns what {@link RowBuffer#endDelimited} takes. */
  private static int begin(EnvelopeField field, RowBuffer out) {
    tag(field.number(), ColumnEncoder.DELIMITED, out);
    return out.beginDelimited();
  }

  private static void writeNumber(EnvelopeField field, long value, RowBuffer out) {
    tag(field.number(), ColumnEncoder.VARINT, out);
    out.writeVarint(value);
  }

  private static void writeText(EnvelopeField field, String text, RowBuffer out) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    tag(field.number(), ColumnEncoder.DELIMITED, out);
    out.writeDelimited(bytes, 0, bytes.length);
  }

  private static void tag(int field, int wireType, RowBuffer out) {
    // At most 15, so that a tag is one byte.
    out.writeByte(field << 3 | wireType);
  }

  private static Map<Operation, byte[]> operations() {
    Map<Operation, byte[]> encoded = new EnumMap<>(Operation.class);
    for (Operation operation : Operation.values()) {
      RowBuffer out = new RowBuffer();
      out.beginRow();
      writeText(EnvelopeField.OPERATION, operation.name(), out);
      encoded.put(operation, out.endRow().copy());
    }
    return encoded;
  }
}
