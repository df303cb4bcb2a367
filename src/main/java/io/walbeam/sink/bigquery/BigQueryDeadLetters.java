package io.walbeam.sink.bigquery;

import io.walbeam.deadletter.DeadLetter;
import io.walbeam.failure.FailureKind;
import io.walbeam.failure.WalbeamException;
import io.walbeam.row.DestinationTable;
import io.walbeam.row.DestinationType;
import io.walbeam.row.EncodedRow;
import io.walbeam.sink.DeadLetterSink;
import io.walbeam.sink.RejectedRow;
import io.walbeam.sink.TableSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes dead letters as plain rows of one table. Thread-safe. At least once.
 *
 * <p>A dead letter that is itself too large or refused is written again with less: first the row
 * and the message are left out, then the key too, and what was left out is said with its size. Only
 * if BigQuery refuses that as well does the write fail, so none is ever lost.
 */
final class BigQueryDeadLetters implements DeadLetterSink {
  /** How much of a dead letter is written. */
  private enum Extent {
    ALL,
    WITHOUT_ROW,
    WITHOUT_KEY
  }

  /** Texts of ours; far above any real one. */
  private static final int MOST_TEXT = 10_000;

  /** A dead letter, and how much of it is written. */
  private record Part(DeadLetter letter, Extent extent) {
    DeadLetter.Change change() {
      return letter.change();
    }
  }

  private static final OwnColumn<Part> SCHEMA_NAME =
      OwnColumn.text(
          "schema_name",
          8,
          part -> part.change().table().schema(),
          "PostgreSQL schema of the table.");
  private static final OwnColumn<Part> TABLE_NAME =
      OwnColumn.text("table_name", 9, part -> part.change().table().name(), "PostgreSQL table.");
  private static final OwnColumn<Part> ERROR_CLASS =
      OwnColumn.text(
          "error_class",
          5,
          part -> part.letter().refusal().errorClass().label(),
          "Short stable name, for grouping.");

  /** The layout is public: users query it and replay reads it. */
  private static final OwnColumns<Part> COLUMNS =
      OwnColumns.of(
          OwnColumn.time(
              "failed_at",
              3,
              part -> part.letter().failedAtMicros(),
              "When the change was set aside."),
          OwnColumn.text(
              "stage",
              4,
              part -> part.letter().refusal().stage().label(),
              "Where it failed: decode, map, read_back, append or truncate."),
          ERROR_CLASS,
          OwnColumn.text("error_message", 6, BigQueryDeadLetters::message, "What is wrong."),
          OwnColumn.text("remedy", 7, part -> cut(part.letter().refusal().remedy()), "What to do."),
          SCHEMA_NAME,
          TABLE_NAME,
          OwnColumn.text(
              "operation",
              10,
              part -> part.change().operation().name(),
              "INSERT, UPDATE, DELETE, TRUNCATE, or READ for a dumped row."),
          OwnColumn.int64(
              "epoch", 11, part -> part.change().position().epoch(), "Position, first part."),
          OwnColumn.int64(
              "commit_lsn",
              12,
              part -> part.change().position().commitLsn(),
              "Position, LSN of the commit."),
          OwnColumn.int64(
              "change_lsn",
              13,
              part -> part.change().position().changeLsn(),
              "Position, LSN of the change."),
          OwnColumn.int64("n", 14, part -> part.change().position().n(), "Position, last part."),
          OwnColumn.text(
              "position",
              15,
              part -> part.change().position().toString(),
              "The position as text, LSNs as PostgreSQL prints them."),
          OwnColumn.int64(
              "transaction_id",
              16,
              part -> part.change().transactionId(),
              "PostgreSQL's transaction id."),
          OwnColumn.time(
              "commit_time",
              17,
              part -> part.change().commitTimeMicros(),
              "When the change was committed."),
          OwnColumn.of(
              "key",
              DestinationType.JSON,
              18,
              (row, field, part) -> {
                if (part.extent() != Extent.WITHOUT_KEY) {
                  row.string(field, part.letter().keyJson());
                }
              },
              "Key columns as text values."),
          OwnColumn.of(
              "row",
              DestinationType.JSON,
              19,
              (row, field, part) -> {
                if (part.extent() == Extent.ALL) {
                  row.string(field, part.letter().rowJson());
                }
              },
              "The row as text values, if it was kept."),
          OwnColumn.of(
              "raw",
              DestinationType.BYTES,
              20,
              (row, field, part) -> {
                if (part.extent() == Extent.ALL && part.letter().raw().length > 0) {
                  row.bytes(field, part.letter().raw());
                }
              },
              "PostgreSQL's message, if it was kept."));

  private final TableSink sink;
  private final DestinationTable table;

  BigQueryDeadLetters(TableSink sink, String tableName) {
    this.sink = sink;
    this.table = table(tableName);
  }

  static DestinationTable table(String name) {
    return COLUMNS.table(
        name,
        List.of(),
        List.of(SCHEMA_NAME, TABLE_NAME, ERROR_CLASS),
        "Changes that walbeam could not write, one row each; the same one may come twice.");
  }

  @Override
  public void write(List<DeadLetter> deadLetters) throws InterruptedException {
    List<DeadLetter> left = deadLetters;
    for (Extent extent : Extent.values()) {
      List<EncodedRow> rows = new ArrayList<>(left.size());
      for (DeadLetter letter : left) {
        rows.add(COLUMNS.insert(new Part(letter, extent)));
      }
      List<DeadLetter> refused = new ArrayList<>();
      for (RejectedRow row : sink.write(table, rows)) {
        refused.add(left.get(row.index()));
      }
      if (refused.isEmpty()) {
        return;
      }
      left = refused;
    }
    throw new WalbeamException(
        FailureKind.OPERATOR,
        "BigQuery refuses rows of the dead-letter table " + table.name() + ".",
        "Compare its columns with the documentation, or name another one with --deadLetterTable.");
  }

  private static String message(Part part) {
    DeadLetter letter = part.letter();
    String message = cut(letter.refusal().message());
    if (part.extent() == Extent.ALL) {
      return message;
    }
    String sizes =
        letter.rowJson().getBytes(StandardCharsets.UTF_8).length
            + " bytes of row and "
            + letter.raw().length
            + " bytes of message";
    String key =
        part.extent() == Extent.WITHOUT_KEY
            ? ", and " + letter.keyJson().getBytes(StandardCharsets.UTF_8).length + " bytes of key"
            : "";
    return message
        + " (BigQuery did not take this dead letter whole: left out are "
        + sizes
        + key
        + ".)";
  }

  private static String cut(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
  }
}
