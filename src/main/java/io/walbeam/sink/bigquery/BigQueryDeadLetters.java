package io.walbeam.sink.bigquery;

import static io.walbeam.sink.bigquery.OwnTable.column;

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

  private final TableSink sink;
  private final DestinationTable table;

  BigQueryDeadLetters(TableSink sink, String tableName) {
    this.sink = sink;
    this.table = table(tableName);
  }

  /** The dead-letter table. The layout is public: users query it and replay reads it. */
  static DestinationTable table(String name) {
    return new DestinationTable(
        name,
        List.of(
            column("failed_at", DestinationType.TIMESTAMP, 3, "When the change was set aside."),
            column(
                "stage",
                DestinationType.STRING,
                4,
                "Where it failed: decode, map, read_back, append or truncate."),
            column("error_class", DestinationType.STRING, 5, "Short stable name, for grouping."),
            column("error_message", DestinationType.STRING, 6, "What is wrong."),
            column("remedy", DestinationType.STRING, 7, "What to do."),
            column("schema_name", DestinationType.STRING, 8, "PostgreSQL schema of the table."),
            column("table_name", DestinationType.STRING, 9, "PostgreSQL table."),
            column(
                "operation",
                DestinationType.STRING,
                10,
                "INSERT, UPDATE, DELETE, TRUNCATE, or READ for a dumped row."),
            column("epoch", DestinationType.INT64, 11, "Position, first part."),
            column("commit_lsn", DestinationType.INT64, 12, "Position, LSN of the commit."),
            column("change_lsn", DestinationType.INT64, 13, "Position, LSN of the change."),
            column("n", DestinationType.INT64, 14, "Position, last part."),
            column(
                "position",
                DestinationType.STRING,
                15,
                "The position as text, LSNs as PostgreSQL prints them."),
            column("transaction_id", DestinationType.INT64, 16, "PostgreSQL's transaction id."),
            column("commit_time", DestinationType.TIMESTAMP, 17, "When the change was committed."),
            column("key", DestinationType.JSON, 18, "Key columns as text values."),
            column("row", DestinationType.JSON, 19, "The row as text values, if it was kept."),
            column("raw", DestinationType.BYTES, 20, "PostgreSQL's message, if it was kept.")),
        List.of(),
        List.of("schema_name", "table_name", "error_class"),
        "Changes that walbeam could not write, one row each; the same one may come twice.",
        "");
  }

  @Override
  public void write(List<DeadLetter> deadLetters) throws InterruptedException {
    List<DeadLetter> left = deadLetters;
    for (Extent extent : Extent.values()) {
      List<EncodedRow> rows = new ArrayList<>(left.size());
      for (DeadLetter letter : left) {
        rows.add(encode(letter, extent));
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

  private static EncodedRow encode(DeadLetter letter, Extent extent) {
    RowEncoder row =
        new RowEncoder()
            .int64(3, letter.failedAtMicros())
            .string(4, letter.refusal().stage().label())
            .string(5, letter.refusal().errorClass().label())
            .string(6, message(letter, extent))
            .string(7, cut(letter.refusal().remedy()))
            .string(8, letter.change().table().schema())
            .string(9, letter.change().table().name())
            .string(10, letter.change().operation().name())
            .int64(11, letter.change().position().epoch())
            .int64(12, letter.change().position().commitLsn())
            .int64(13, letter.change().position().changeLsn())
            .int64(14, letter.change().position().n())
            .string(15, letter.change().position().toString())
            .int64(16, letter.change().transactionId())
            .int64(17, letter.change().commitTimeMicros());
    if (extent != Extent.WITHOUT_KEY) {
      row.string(18, letter.keyJson());
    }
    if (extent == Extent.ALL) {
      row.string(19, letter.rowJson()).bytes(20, letter.raw());
    }
    return row.row();
  }

  private static String message(DeadLetter letter, Extent extent) {
    String message = cut(letter.refusal().message());
    if (extent == Extent.ALL) {
      return message;
    }
    String sizes =
        letter.rowJson().getBytes(StandardCharsets.UTF_8).length
            + " bytes of row and "
            + letter.raw().length
            + " bytes of message";
    String key =
        extent == Extent.WITHOUT_KEY
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
