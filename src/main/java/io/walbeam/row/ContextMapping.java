package io.walbeam.row;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.walbeam.change.ChangePosition;
import io.walbeam.change.Relation;
import io.walbeam.change.ReplicaIdentity;
import io.walbeam.change.TableId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Logical messages in which the application tells the context of a transaction, such as who acts,
 * to rows of {@link #DESTINATION}. Immutable and thread-safe.
 *
 * <p>Anybody who can log in can write such a message, so its content is kept whatever it is: what
 * is no JSON, or too large, is kept as a JSON string.
 */
public final class ContextMapping {
  /** Characters of the position that name the transaction: epoch and commit LSN. */
  public static final int COMMIT_POSITION_LENGTH = 16 + 1 + 16;

  /** Bytes of content that are kept; what is longer is cut, and so a string. */
  static final int MOST_CONTENT = 1 << 20;

  /** Bytes of a context that each change of the transaction carries; the view finds longer ones. */
  static final int MOST_ATTACHED = 64 << 10;

  /** BigQuery's limit (documentation, "JSON data"). */
  private static final int MOST_NESTING = 500;

  /** One row for each message. */
  public static final DestinationTable DESTINATION =
      new DestinationTable(
          "_walbeam_contexts",
          List.of(
              column(
                  "commit_position",
                  DestinationType.STRING,
                  3,
                  "The first 33 characters of the position of every change of the transaction."),
              column("position", DestinationType.STRING, 4, "The position of the message."),
              column("database", DestinationType.STRING, 5, "The PostgreSQL database."),
              column(
                  "commit_time", DestinationType.TIMESTAMP, 6, "When the transaction committed."),
              column("transaction_id", DestinationType.INT64, 7, "Identifier of the transaction."),
              column("prefix", DestinationType.STRING, 8, "The prefix of the message."),
              column(
                  "content",
                  DestinationType.JSON,
                  9,
                  "The content; as a string if it is no JSON, or too long.")),
          List.of(),
          List.of("commit_position"),
          "What applications said of their transactions, one row for each message; the same one may"
              + " come twice.",
          "",
          "commit_time",
          Optional.empty());

  private static final byte[] COMMIT_POSITION = JsonScalars.ascii("{\"commit_position\":");
  private static final byte[] POSITION = JsonScalars.ascii(",\"position\":");
  private static final byte[] DATABASE = JsonScalars.ascii(",\"database\":");
  private static final byte[] COMMIT_TIME = JsonScalars.ascii(",\"commit_time\":");
  private static final byte[] TRANSACTION_ID = JsonScalars.ascii(",\"transaction_id\":");
  private static final byte[] PREFIX = JsonScalars.ascii(",\"prefix\":");
  private static final byte[] CONTENT = JsonScalars.ascii(",\"content\":");

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MOST_NESTING)
                  .maxStringLength(MOST_CONTENT)
                  .build())
          .build();

  /** Stands for the source table in a dead letter. */
  private static final Route ROUTE =
      Route.filteredOut(
          new Relation(0, new TableId("", DESTINATION.name()), ReplicaIdentity.NOTHING, List.of()));

  private final List<String> prefixes;
  private final byte[] database;
  private final RowForm form;

  public ContextMapping(MappingSettings settings) {
    this.prefixes = settings.contexts();
    this.database = settings.database().getBytes(StandardCharsets.UTF_8);
    this.form = settings.form();
  }

  /** Whether messages of this prefix tell a context. */
  public boolean wants(String prefix) {
    return prefixes.contains(prefix);
  }

  /** Where a row comes from that is refused. */
  public Route route() {
    return ROUTE;
  }

  /** The content as JSON text in UTF-8. */
  public static byte[] json(byte[] content, int offset, int length) {
    if (length <= MOST_CONTENT && isJson(content, offset, length)) {
      return Arrays.copyOfRange(content, offset, offset + length);
    }
    String text =
        new String(content, offset, Math.min(length, MOST_CONTENT), StandardCharsets.UTF_8);
    String quoted = '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    return quoted.getBytes(StandardCharsets.UTF_8);
  }

  /** Notes on {@code meta} that the changes which follow have this context. */
  public static void attach(byte[] json, RowMeta meta) {
    meta.context(json.length <= MOST_ATTACHED ? json : null);
  }

  /** Encodes one message. */
  public EncodedRow encode(String prefix, byte[] json, RowMeta meta, RowBuffer out) {
    return switch (form) {
      case TABLE_ROW -> tableRow(prefix, json, meta, out);
      case JSON_LINE, KEYED_LINE -> jsonLine(prefix, json, meta, out);
      case AVRO_DATUM -> EnvelopeAvro.context(database, prefix, json, meta, out);
    };
  }

  private EncodedRow jsonLine(String prefix, byte[] json, RowMeta meta, RowBuffer out) {
    out.beginRow();
    if (form == RowForm.KEYED_LINE) {
      KeyedLine.begin(out);
    }
    JsonLine.write(COMMIT_POSITION, out);
    JsonLine.writePosition(meta, COMMIT_POSITION_LENGTH, out);
    JsonLine.write(POSITION, out);
    JsonLine.writePosition(meta, ChangePosition.SEQUENCE_NUMBER_LENGTH, out);
    JsonLine.write(DATABASE, out);
    JsonLine.write(JsonLine.quoted(new String(database, StandardCharsets.UTF_8)), out);
    JsonLine.write(COMMIT_TIME, out);
    JsonLine.writeTime(meta.commitTimeMicros(), out);
    JsonLine.write(TRANSACTION_ID, out);
    JsonLine.writeNumber(meta.transactionId(), out);
    JsonLine.write(PREFIX, out);
    JsonLine.write(JsonLine.quoted(prefix), out);
    JsonLine.write(CONTENT, out);
    JsonLine.writeDocument(json, 0, json.length, out);
    out.writeByte('}');
    return out.endRow();
  }

  private EncodedRow tableRow(String prefix, byte[] json, RowMeta meta, RowBuffer out) {
    out.beginRow();
    byte[] position = new byte[ChangePosition.SEQUENCE_NUMBER_LENGTH];
    ChangePosition.writeSequenceNumber(
        meta.epoch(), meta.commitLsn(), meta.changeLsn(), meta.n(), position, 0);
    delimited(3, position, COMMIT_POSITION_LENGTH, out);
    delimited(4, position, position.length, out);
    delimited(5, database, database.length, out);
    number(6, meta.commitTimeMicros(), out);
    number(7, meta.transactionId(), out);
    byte[] name = prefix.getBytes(StandardCharsets.UTF_8);
    delimited(8, name, name.length, out);
    delimited(9, json, json.length, out);
    return out.endRow();
  }

  private static boolean isJson(byte[] content, int offset, int length) {
    if (!Utf8.isValid(content, offset, offset + length)) {
      return false;
    }
    try (JsonParser parser = JSON.createParser(content, offset, length)) {
      JsonToken first = parser.nextToken();
      parser.skipChildren();
      if (first == null || parser.nextToken() != null) {
        return false;
      }
      DocumentCheck.json(content, offset, offset + length, DocumentCheck.MOST_LEVELS);
      return true;
    } catch (IOException | Rejection.ValueRejectedException e) {
      return false;
    }
  }

  private static void delimited(int field, byte[] bytes, int length, RowBuffer out) {
    out.writeByte(field << 3 | ColumnEncoder.DELIMITED);
    out.writeDelimited(bytes, 0, length);
  }

  private static void number(int field, long value, RowBuffer out) {
    out.writeByte(field << 3 | ColumnEncoder.VARINT);
    out.writeVarint(value);
  }

  private static DestinationColumn column(
      String name, DestinationType type, int field, String description) {
    return new DestinationColumn(name, type, field, false, description, List.of());
  }
}
